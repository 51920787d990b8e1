/** The README's five-minute path, run as it is written there, by a person who has nothing but the clone. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const PATIENCE_MS = 240_000;
const folder = mkdtempSync(join(tmpdir(), 'slipway-readme-'));
const env = { PATH: process.env.PATH ?? '', HOME: folder, SLIPWAY_HOME: join(folder, 'home'), SLIPWAY_PORT: '0', SLIPWAY_ROUTER_PORT: '0' };
const slipway = (...words: string[]) => spawnSync(process.execPath, [join(ROOT, 'bin/slipway.mjs'), ...words], { env, encoding: 'utf8', timeout: PATIENCE_MS });

afterAll(() => {
  slipway('down');
  rmSync(folder, { recursive: true, force: true });
});

const section = /## Your own service in five minutes\n([\s\S]*?)\n## /.exec(README)?.[1] ?? '';
const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
const LOOK = 'slipway history hello --wait\n';
const APPROVE = 'slipway approve hello --yes\n';

it('leads from the clone to a service in production, and the bare npm commands are scripts', async () => {
  expect(blocks).toHaveLength(3);
  for (const [, script] of README.matchAll(/npm (?:run )?(start|demo|test)\b/g)) expect(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts).toHaveProperty(script ?? '');
  expect(slipway('up', '--detach').status).toBe(0);
  const [make = '', push = '', approve = ''] = blocks;
  expect([push.endsWith(LOOK), approve.startsWith(APPROVE)]).toEqual([true, true]);
  // A person looks on until the approval is asked, and then leaves; here it is tried until it is asked. Folders are made beside the clone.
  const text = ['set -eu', make, push.slice(0, -LOOK.length), 'until slipway approve hello --yes; do sleep 0.5; done', approve.slice(APPROVE.length)].join('\n').replaceAll('../hello', join(folder, 'hello'));
  const shell = spawn('bash', ['-c', text], { cwd: ROOT, env });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk: Buffer) => { output += String(chunk); });
  const code = await new Promise((resolve) => { shell.on('exit', resolve); });
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(/hello-1 succeeded/);
  const address = /production\s+(http:\/\/\S+)/.exec(output)?.[1] ?? '';
  expect(await (await fetch(address)).text()).toBe('hello\n');
  expect(execFileSync('git', ['-C', join(folder, 'hello.git'), 'log', '--oneline', 'main'], { encoding: 'utf8' })).toMatch(/Say hello/);
}, PATIENCE_MS);
