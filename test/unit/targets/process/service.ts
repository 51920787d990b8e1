/** A tiny service that does as it is told by its variables, as a folder that can be an artifact. */
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotFound } from '../../../../src/domain/errors.ts';
import type { Digest } from '../../../../src/domain/ids.ts';
import type { ArtifactStore } from '../../../../src/ports/artifacts.ts';

const SERVER = `
const { createServer } = require('node:http');
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const is = (name) => process.env[name] !== undefined;
if (is('EXIT_AT_START')) { console.log('leaving'); process.exit(Number(process.env.EXIT_AT_START)); }
if (is('IGNORE_SIGTERM')) process.on('SIGTERM', () => {});
if (is('SPAWN_CHILD')) console.log('child ' + spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: process.env.SPAWN_CHILD === 'detached' }).pid);
if (is('WRITE_FILE')) writeFileSync(process.env.HOME + '/mine', 'x');
if (is('CHATTER')) setInterval(() => console.log('x'.repeat(1000)), 1);
if (is('SPIN')) { const until = () => { const end = Date.now() + 200; while (Date.now() < end); setImmediate(until); }; setTimeout(until, 50); }
const hoard = [];
if (is('HOARD')) setInterval(() => hoard.push(Buffer.alloc(8 * 1024 * 1024, 1)), 20);
let hung = false;
createServer((request, response) => {
  if (request.url === '/hang') { hung = true; response.end('hanging'); return; }
  if (hung) return;
  if (request.url === '/environment') { response.end(JSON.stringify({ environment: process.env, directory: process.cwd(), pid: process.pid })); return; }
  response.statusCode = is('SICK') ? 500 : 200;
  response.end('ok');
}).listen(is('OWN_PORT') ? 0 : Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
`;

/** A folder with the service in it, below `directory`. */
export async function serviceFolder(directory: string): Promise<string> {
  const folder = join(directory, 'source');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'server.cjs'), SERVER);
  await writeFile(join(folder, 'run'), '#!/bin/sh\nexec node server.cjs\n', { mode: 0o755 });
  return folder;
}

export const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'slipway-target-'));

/** Every digest but those of zeros holds the same folder. */
export function folderArtifacts(folder: string): ArtifactStore & { unpacked: number } {
  const store = {
    unpacked: 0,
    put: () => Promise.reject(new Error('not used here')),
    has: () => Promise.resolve(true),
    unpack: async (digest: Digest, directory: string) => {
      store.unpacked += 1;
      if (digest.endsWith('0000')) throw new NotFound(`there is no artifact ${digest}. Build it first.`);
      await cp(folder, directory, { recursive: true });
    },
    tail: () => Promise.resolve(''),
  };
  return store;
}
