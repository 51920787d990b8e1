/**
 * Runs the suites of test/aws against an emulated AWS that this starts and stops. With SLIPWAY_TEST_AWS_ENDPOINT they run against the
 * one that is at that address. With SLIPWAY_TEST_RESULTS jest's result is kept in that file too, for the sum that CI prints.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { emulatorPython } from './aws-emulator/environment.ts';
import { startEmulator } from './aws-emulator/start.ts';

const say = (line: string): void => console.error(`test:aws: ${line}`);

async function runTests(endpoint: string): Promise<number> {
  const results = process.env.SLIPWAY_TEST_RESULTS;
  const jest = spawn(process.execPath, [
    '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url)),
    '--config', fileURLToPath(new URL('../jest.aws.config.ts', import.meta.url)), '--forceExit',
    ...(results === undefined ? [] : ['--json', `--outputFile=${results}`]), ...process.argv.slice(2),
  ], { stdio: ['inherit', results === undefined ? 'inherit' : 'ignore', 'inherit'], env: { ...process.env, SLIPWAY_TEST_AWS_ENDPOINT: endpoint, SLIPWAY_TEST_AWS_PYTHON: emulatorPython(say) } });
  const [code] = (await once(jest, 'exit')) as [number | null];
  return code ?? 1;
}

async function main(): Promise<number> {
  const given = process.env.SLIPWAY_TEST_AWS_ENDPOINT;
  if (given !== undefined && given !== '') return runTests(given);
  const emulator = await startEmulator(say);
  try {
    return await runTests(emulator.endpoint);
  } finally {
    await emulator.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
