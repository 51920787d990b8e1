/** The command line in real processes: the launcher, signals, pipes. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipeline } from '../unit/cli/builders.ts';
import { controlPlane, TOKEN, type ControlPlane } from '../unit/cli/control-plane.ts';
import { goodRelease } from '../unit/cli/story.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/slipway.mjs', import.meta.url));
const PROCESS = fileURLToPath(new URL('cli-process.ts', import.meta.url));
const DEADLINE_MS = 15_000;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly out: () => string;
}

const running = new Set<ChildProcess>();
const folders: string[] = [];
let plane: ControlPlane | undefined;

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await plane?.close();
  plane = undefined;
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

function start(command: string, words: readonly string[]): Running {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (part: Buffer) => { out += part.toString(); });
  child.stderr.on('data', (part: Buffer) => { err += part.toString(); });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, out, err });
    });
  });
  return { child, ended, out: () => out };
}

const commandLine = (address: string, words: readonly string[]): Running => start(process.execPath, ['--conditions=slipway-local', PROCESS, address, TOKEN, ...words]);

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; !holds();) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

/** A package like this one, with a command line that says what it was given. */
async function installed(entry: string | null): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-launcher-'));
  folders.push(folder);
  await mkdir(join(folder, 'bin'));
  await cp(LAUNCHER, join(folder, 'bin', 'slipway.mjs'));
  if (entry === null) return folder;
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist', 'cli.mjs'), entry);
  return folder;
}

/** Makes node believe that it is an older one. */
const OLD = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.13.0' } });")}`;

describe('the launcher', () => {
  const entry = "process.stdout.write(JSON.stringify([process.pid, process.argv.slice(2)])); process.exitCode = 7;";
  const launch = (folder: string, words: readonly string[], older = false): Running => start(process.execPath, [...(older ? ['--import', OLD] : []), join(folder, 'bin', 'slipway.mjs'), ...words]);

  it('runs in its own process on a Node that is new enough, and ends as it ended', async () => {
    const { child, ended } = launch(await installed(entry), ['status', '--json']);
    const { code, out } = await ended;
    expect([code, JSON.parse(out)]).toEqual([7, [child.pid, ['status', '--json']]]);
  });

  it('runs on the Node among the dependencies otherwise', async () => {
    const folder = await installed(entry);
    await mkdir(join(folder, 'node_modules', 'node', 'bin'), { recursive: true });
    await symlink(process.execPath, join(folder, 'node_modules', 'node', 'bin', 'node'));
    const { child, ended } = launch(folder, ['a b', '--x'], true);
    const { code, out } = await ended;
    const [pid, words] = JSON.parse(out) as [number, string[]];
    expect([code, words]).toEqual([7, ['a b', '--x']]);
    expect(pid).not.toBe(child.pid);
  });

  it('passes a signal on, and the exit code of it back', async () => {
    const folder = await installed("process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); process.stdout.write('up');");
    await mkdir(join(folder, 'node_modules', 'node', 'bin'), { recursive: true });
    await symlink(process.execPath, join(folder, 'node_modules', 'node', 'bin', 'node'));
    const { child, ended, out } = launch(folder, [], true);
    await until(() => out() === 'up');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 9 });
  });

  it('says what to do when something is missing', async () => {
    expect(await launch(await installed(null), []).ended).toMatchObject({ code: 1, err: expect.stringContaining('npm install && npm run build') });
    expect(await launch(await installed(entry), [], true).ended).toMatchObject({ code: 1, err: expect.stringContaining('Node 24 is needed, and this is 22.13.0') });
  });
});

describe('in a process', () => {
  it('Ctrl-C stops the watching only: exit 130', async () => {
    plane = await controlPlane({ 'POST /v1/deployments': { body: pipeline() }, 'GET /v1/pipelines/catalog-7': { body: goodRelease[3]?.detail } });
    const { child, ended, out } = commandLine(plane.address, ['deploy', 'catalog', '-v', '1.4.0', '--wait']);
    await until(() => out().includes('1 of 2 passed'));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, err: 'Stopped watching. catalog-7 goes on: slipway show catalog-7, slipway cancel catalog-7\n' });
    expect(plane.asked.filter((one) => one.method === 'POST')).toHaveLength(1);
  });

  it('writes all of a long answer to a pipe', async () => {
    plane = await controlPlane({ 'GET /v1/services/catalog/environments/staging/logs': { body: [{ instance: 'i-1', revision: 'r-1', text: `${'x'.repeat(99)}\n`.repeat(10_000) }] } });
    const { code, out } = await commandLine(plane.address, ['logs', 'catalog', '-e', 'staging']).ended;
    expect([code, out.length]).toEqual([0, '== i-1 (r-1)\n'.length + 1_000_000]);
  });

  it('ends quietly when whoever reads has gone', async () => {
    plane = await controlPlane({ 'GET /v1/services/catalog/environments/staging/logs': { body: [{ instance: 'i-1', revision: 'r-1', text: `${'x'.repeat(99)}\n`.repeat(10_000) }] } });
    const { child, ended } = commandLine(plane.address, ['logs', 'catalog', '-e', 'staging']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  it('goes on watching while the control plane is away and comes back at its address', async () => {
    let turn = 0;
    const answers = { 'POST /v1/deployments': { body: pipeline() }, 'GET /v1/pipelines/catalog-7': () => ({ body: goodRelease[Math.min(turn, goodRelease.length - 1)]?.detail }) };
    plane = await controlPlane(answers);
    const { ended, out } = commandLine(plane.address, ['deploy', 'catalog', '-v', '1.4.0', '--wait']);
    await until(() => out().includes('deploy by ben'));
    await plane.close();
    await until(() => out().includes('does not answer'));
    turn = goodRelease.length - 1;
    plane = await controlPlane(answers, Number(new URL(plane.address).port));
    expect(await ended).toMatchObject({ code: 0, out: expect.stringContaining('catalog-7 succeeded') });
  });
});
