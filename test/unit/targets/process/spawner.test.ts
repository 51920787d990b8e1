import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createExitPoll } from '../../../../src/targets/process/exit-poll.ts';
import { processTable } from '../../../../src/targets/process/process-table/index.ts';
import { createSpawner, type StartProcess } from '../../../../src/targets/process/spawner/client.ts';
import { lines } from '../../../../src/targets/process/spawner/messages.ts';
import type { Start } from '../../../../src/targets/process/spawn.ts';
import { groupOf, parentOf } from '../../../parent-of.ts';
import { eventually } from './rig.ts';
import { type SpawnerProcess, startSpawner } from './spawner-process.ts';
import { temporaryDirectory } from './service.ts';

const MARKER = { SLIPWAY_INSTANCE: 'catalog-1-production.a', SLIPWAY_REVISION: 'catalog-1-production', SLIPWAY_SERVICE: 'catalog', SLIPWAY_ENVIRONMENT: 'production', SLIPWAY_ZONE: 'a' };
const FOREVER = 'process.stdout.write(process.env.GREETING + "\\n"); setInterval(() => undefined, 1000);';

let spawner: SpawnerProcess;
let start: StartProcess;
let directory: string;
const exits = createExitPoll(processTable(), 20);
const closing = { now: new AbortController() };
const started = new Set<number>();

const program = (script: string): Start => ({ command: [process.execPath, '-e', script], artifact: directory, directory, environment: { GREETING: 'grüß dich\nzwei', ...MARKER, SLIPWAY_DIRECTORY: directory } });

async function begin(script: string): Promise<{ pid: number; ended: Promise<{ began: boolean; how: string }> }> {
  const { pid, ended } = await start(program(script));
  if (pid === undefined) throw new Error(`it was not started: ${(await ended).how}`);
  started.add(pid);
  return { pid, ended };
}

function end(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

beforeEach(async () => {
  spawner = await startSpawner();
  directory = join(await temporaryDirectory(), 'instance');
  await mkdir(directory);
  closing.now = new AbortController();
  start = createSpawner({ socket: spawner.socket, exits, closing: closing.now.signal });
});

afterEach(async () => {
  for (const pid of started) end(pid);
  started.clear();
  closing.now.abort();
  await spawner.close();
  await rm(join(directory, '..'), { recursive: true, force: true });
});

afterAll(() => exits.close());

describe('a process that a spawner starts', () => {
  it('is the spawner\'s child, leads a group, has just the variables that were named, and writes to the log', async () => {
    const { pid } = await begin(`process.stdout.write(Object.keys(process.env).join() + " ");${FOREVER}`);
    expect(parentOf(pid)).toBe(spawner.pid);
    expect(groupOf(pid)).toBe(pid);
    await eventually('its log has all', async () => (await readFile(join(directory, 'log'), 'utf8')) === `${['GREETING', ...Object.keys(MARKER), 'SLIPWAY_DIRECTORY'].join()} grüß dich\nzwei\n`);
  });

  it('is told of at its end, with how it ended', async () => {
    const killed = await begin(FOREVER);
    end(killed.pid);
    expect((await killed.ended).how).toContain('was ended by SIGKILL after');
    const left = await begin('process.exit(3)');
    expect(await left.ended).toEqual({ began: true, how: expect.stringContaining('exited with code 3'), isFinal: false });
  });

  it('says why it cannot be started, as one that is started here does', async () => {
    const { pid, ended } = await start({ ...program(''), command: ['no-such-program'] });
    expect(pid).toBeUndefined();
    expect(await ended).toEqual({ began: false, how: expect.stringContaining('the command "no-such-program" was not found in PATH'), isFinal: true });
    const gone = await start({ ...program(''), artifact: join(directory, 'gone') });
    expect(await gone.ended).toEqual({ began: false, how: expect.stringContaining('folder is gone'), isFinal: false });
    const unlogged = join(directory, 'unlogged');
    expect(await (await start({ ...program(''), directory: unlogged })).ended).toEqual({ began: false, how: expect.stringContaining(`the folder for its log, ${unlogged}, is gone`), isFinal: false });
    await writeFile(join(directory, 'odd'), '#!/no/such/program\n', { mode: 0o755 });
    expect(await (await start({ ...program(''), artifact: directory, command: ['./odd'] })).ended).toEqual({ began: false, how: expect.stringContaining('"./odd" is in the artifact, but the program that its first line names is not installed'), isFinal: true });
  });

  it('is one of many that are asked for at once, each with its own answer', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, async (_, code) => begin(`process.exit(${code})`)));
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(12);
    for (const [code, { ended }] of all.entries()) expect((await ended).how).toContain(`exited with code ${code} `);
  });

  it('goes on when the spawner is killed; its end is found by looking, and the next one is started here', async () => {
    const first = await begin(FOREVER);
    await spawner.close();
    expect(await processTable().identity(first.pid)).toBeDefined();
    const second = await begin(FOREVER);
    expect(parentOf(second.pid)).toBe(process.pid);
    end(first.pid);
    expect(await first.ended).toEqual({ began: true, how: 'Its process has ended. Its log says more.', isFinal: false });
  });
});

it('starts here where no spawner has ever been', async () => {
  const alone = createSpawner({ socket: join(directory, 'nobody.sock'), exits, closing: closing.now.signal });
  const { pid = 0 } = await alone(program(FOREVER));
  started.add(pid);
  expect(parentOf(pid)).toBe(process.pid);
});

it('gives up on a spawner that is suspended, which starts nothing when it goes on', async () => {
  await begin('process.exit(0)');
  spawner.signal('SIGSTOP');
  const { pid, ended } = await start(program(FOREVER));
  expect({ pid, ...(await ended) }).toEqual({ pid: undefined, began: false, how: expect.stringContaining('did not answer'), isFinal: false });
  const here = await begin(FOREVER);
  expect(parentOf(here.pid)).toBe(process.pid);
  spawner.signal('SIGCONT');
  const again = createSpawner({ socket: spawner.socket, exits, closing: closing.now.signal });
  const { pid: later = 0 } = await again(program(FOREVER));
  started.add(later);
  expect(parentOf(later)).toBe(spawner.pid);
  expect(new Set((await processTable().marked(directory)).map((found) => found.pid))).toEqual(new Set([here.pid, later]));
});

it('lets nobody in who says something else, and goes on', async () => {
  for (const nonsense of ['{}\n', 'GET / HTTP/1.1\n', '{"id":1,"notAfterMs":1e12,"start":{"command":[]}}\n']) {
    const socket = connect({ path: spawner.socket });
    socket.on('error', () => undefined).write(nonsense);
    await once(socket.resume(), 'close');
  }
  expect(parentOf((await begin(FOREVER)).pid)).toBe(spawner.pid);
});

it('takes lines as they come, and none without an end', () => {
  const seen: string[] = [];
  const take = lines((line) => seen.push(line));
  expect([take('a\nb'), take('c\n\nd'), take('\n')]).toEqual([true, true, true]);
  expect(seen).toEqual(['a', 'bc', '', 'd']);
  expect(take('x'.repeat(4 * 1024 * 1024 + 1))).toBe(false);
});
