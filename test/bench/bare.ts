/** The floor: the same program started with child_process and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ask, freePorts, until } from './waiting.ts';

export const SERVICE_SCRIPT = fileURLToPath(new URL('service/server.cjs', import.meta.url));
const START_WAIT_MS = 60_000;

export interface BareRun {
  /** From the first spawn until each one answers, milliseconds. */
  readonly servingAfterMs: readonly number[];
  readonly stop: () => Promise<void>;
}

/** Starts so many at once and looks at each every `everyMs` until it answers. */
export async function spawnBare(count: number, everyMs: number): Promise<BareRun> {
  const ports = await freePorts(count);
  const began = performance.now();
  const children = ports.map((port) => spawn(process.execPath, [SERVICE_SCRIPT], { env: { PATH: process.env['PATH'], PORT: String(port) }, stdio: 'ignore', detached: true }));
  const servingAfterMs = await Promise.all(ports.map(async (port) => {
    await until(`an answer on port ${port}`, everyMs, START_WAIT_MS, () => ask(`http://127.0.0.1:${port}/`));
    return performance.now() - began;
  }));
  return { servingAfterMs, stop: async () => void (await Promise.all(children.map(stop))) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
