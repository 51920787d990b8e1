/** Starts the emulated AWS as a child of this process. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { emulatorPython } from './environment.ts';

export interface RunningEmulator {
  /** Its address on loopback, for example http://127.0.0.1:40123. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @throws NoPython, or an error with its exit code when it ended before it served */
export async function startEmulator(say: (line: string) => void): Promise<RunningEmulator> {
  const python = emulatorPython(say);
  // Its own credentials, so that nothing it does by itself could reach an account.
  const child = spawn(python, [fileURLToPath(new URL('serve.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', PYTHONDONTWRITEBYTECODE: '1' },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  const lines = createInterface({ input: child.stdout });
  const first = new Promise<string>((resolve) => {
    lines.once('line', resolve);
  });
  const endpoint = await Promise.race([first, ended.then((code) => Promise.reject(new Error(`The emulated AWS ended with ${String(code)} before it served. What it said stands above.`)))]);
  return {
    endpoint,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
