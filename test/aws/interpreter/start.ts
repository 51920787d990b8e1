/** Starts the emulator's Step Functions interpreter, patched, as a child of this process. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { emulatorPython } from '../../../scripts/aws-emulator/environment.ts';

export interface RunningInterpreter {
  /** Its address on loopback. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * @param given.lambda the address that answers `lambda:Invoke`
 * @param given.without names of patches to leave out
 * @throws NoPython, or an error with its exit code when it ended before it served
 */
export async function startInterpreter(given: { readonly lambda: string; readonly without?: readonly string[] }): Promise<RunningInterpreter> {
  const python = emulatorPython((line) => console.error(line));
  const child = spawn(python, [fileOf('serve.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', PYTHONDONTWRITEBYTECODE: '1',
      SLIPWAY_LAMBDA: given.lambda, SLIPWAY_EVALUATOR: JSON.stringify([process.execPath, fileOf('evaluator.ts')]), SLIPWAY_WITHOUT: (given.without ?? []).join(','),
    },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  const first = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  const endpoint = await Promise.race([first, ended.then((code) => Promise.reject(new Error(`The interpreter ended with ${String(code)} before it served. What it said stands above.`)))]);
  return {
    endpoint,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
