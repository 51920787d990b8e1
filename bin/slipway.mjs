#!/usr/bin/env node
// Starts the command line on a Node that can run it: this one if it is new enough, else the one among the dependencies.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'dist', 'cli.mjs');
const ownNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

function runOn(node) {
  const child = spawn(node, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the whole group by itself; this process must only outlive the child.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => refuse(`${node} cannot be started: ${error.message}. Run: npm install`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

if (!existsSync(entry)) refuse(`${entry} is missing: the command line is not built yet. Run in ${root}: npm install && npm run build`);
else if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) await import(pathToFileURL(entry).href);
else if (existsSync(ownNode)) runOn(ownNode);
else refuse(`Node ${NODE_MAJOR} is needed, and this is ${process.versions.node}. Install it, or run in ${root}: npm install`);
