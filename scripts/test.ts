/** Runs jest; with SLIPWAY_TEST_RESULTS its result is kept in that file too, for the sum that CI prints. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const results = process.env.SLIPWAY_TEST_RESULTS;
const run = spawnSync(process.execPath, [
  '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url)),
  // Sockets that clients keep alive outlast the last test by their own time limit; nobody waits for them.
  '--forceExit',
  ...(results === undefined ? [] : ['--json', `--outputFile=${results}`]), ...process.argv.slice(2),
], { stdio: ['inherit', results === undefined ? 'inherit' : 'ignore', 'inherit'] });
process.exitCode = run.status ?? 1;
