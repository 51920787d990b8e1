/** Prints `N passed, N failed` over all suites, and fails when anything failed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [failedSteps = '0', folder = '.'] = process.argv.slice(2);

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTests: number;
}

const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
const results = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Results);
const passed = results.reduce((sum, result) => sum + result.numPassedTests, 0);
// A suite that could not run, and a step that failed without a failed test (types, lint, packaging), count as well.
const inTests = results.reduce((sum, result) => sum + Math.max(result.numFailedTests, result.numFailedTestSuites > 0 ? 1 : 0), 0);
const failed = Math.max(inTests, Number(failedSteps));

// A full disk is tried only where a small one can be mounted: nothing is skipped in silence.
const skipped = results.reduce((sum, result) => sum + result.numPendingTests, 0);

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
