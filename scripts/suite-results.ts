/** What a suite that is not jest's leaves for the sum that CI prints (scripts/ci-summary.ts): a file that SLIPWAY_TEST_RESULTS names. */
import { writeFileSync } from 'node:fs';

export function keepResults({ passed, failed }: { readonly passed: number; readonly failed: number }): void {
  const path = process.env.SLIPWAY_TEST_RESULTS;
  if (path !== undefined) writeFileSync(path, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numFailedTestSuites: 0, numPendingTests: 0 }));
}
