/** Ends router and control plane, whoever started them. */
import { join } from 'node:path';
import type { Home } from './home.ts';
import { forgetProcess, livingProcess } from './pid-file.ts';

const POLL_MS = 50;
const END_WAIT_MS = 60_000;

/** The control plane first: while it stops services, the router still drains their connections. Answers whether either ran. */
export async function endParts(home: Home, services: 'keep' | 'stop'): Promise<boolean> {
  const controlPlane = await endPart(join(home.processes, 'control-plane'), services === 'stop' ? 'SIGINT' : 'SIGTERM');
  const router = await endPart(join(home.processes, 'router'), 'SIGTERM');
  return controlPlane || router;
}

/** Asks a process to end, and kills it when it has not after a minute. Answers whether it ran. */
export async function endPart(file: string, signal: 'SIGINT' | 'SIGTERM', waitMs = END_WAIT_MS): Promise<boolean> {
  const living = await livingProcess(file);
  if (living !== undefined) {
    kill(living.pid, signal);
    // One that was suspended (Ctrl-Z, say) hears of it only when it goes on.
    kill(living.pid, 'SIGCONT');
    const deadline = performance.now() + waitMs;
    while ((await livingProcess(file))?.pid === living.pid) {
      if (performance.now() > deadline) kill(living.pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  forgetProcess(file);
  return living !== undefined;
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
