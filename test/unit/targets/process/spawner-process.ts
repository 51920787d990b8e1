/** A spawner in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './service.ts';

export interface SpawnerProcess {
  readonly socket: string;
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  close(): Promise<void>;
}

export async function startSpawner(): Promise<SpawnerProcess> {
  const directory = await temporaryDirectory();
  const socket = join(directory, 'spawner.sock');
  const child = spawn(process.execPath, [fileURLToPath(new URL('spawner-host.ts', import.meta.url)), socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    socket,
    pid: child.pid ?? 0,
    signal: (signal) => void child.kill(signal),
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
