/**
 * What every target holds to, whatever it runs on: the contract of src/contracts/target.ts as checks that run anywhere. Jest runs them
 * on the targets here (test/contract/target.ts), `slipway target test` on anybody's.
 */
import { strict as assert } from 'node:assert';
import type { DescribeResult } from '../target.ts';
import { leftOut, type Check } from './check.ts';
import { driver } from './driver.ts';
import type { SuiteHarness, Traits } from './harness.ts';
import { LAUNCH_CHECKS } from './launch-checks.ts';
import { REPAIR_CHECKS } from './repair-checks.ts';
import { TRAFFIC_CHECKS } from './traffic-checks.ts';

export { leftOut, type Check } from './check.ts';
export type { SuiteHarness, Traits } from './harness.ts';

export const TARGET_CHECKS: readonly Check[] = [
  {
    group: 'describe', name: 'says what it can do, which is what it is held to', requires: [],
    run: async (on) => {
      assert.deepEqual(traitsOf(await on.describe()), on.traits);
    },
  },
  ...LAUNCH_CHECKS,
  ...TRAFFIC_CHECKS,
  ...REPAIR_CHECKS,
];

export const traitsOf = ({ zones, instancesMaximum }: Pick<DescribeResult, 'zones' | 'instancesMaximum'>): Traits => ({ zones, instancesMaximum: instancesMaximum ?? null });

/** Runs one check on a harness of its own. @throws what did not hold */
export async function runCheck(check: Check, harness: SuiteHarness, traits: Traits): Promise<void> {
  harness.setGeneration?.(1);
  await check.run(driver(harness, traits), harness.spec());
}

export type CheckOutcome = { readonly check: Check } & ({ readonly status: 'held' } | { readonly status: 'left-out'; readonly why: string } | { readonly status: 'failed'; readonly error: Error });

/** All checks, one after the other, each on a harness of its own. What a target says of itself decides which of them are run; one that cannot be cleared away has failed. */
export async function runChecks(make: () => Promise<SuiteHarness>, traits: Traits, said: (outcome: CheckOutcome) => void): Promise<readonly CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const check of TARGET_CHECKS) {
    const harness = await make();
    const outcome = await outcomeOf(check, harness, traits);
    outcomes.push(outcome);
    said(outcome);
  }
  return outcomes;
}

async function outcomeOf(check: Check, harness: SuiteHarness, traits: Traits): Promise<CheckOutcome> {
  const why = leftOut(check, traits, harness);
  if (why !== null) return { check, status: 'left-out', why };
  const failures: Error[] = [];
  for (const part of [() => runCheck(check, harness, traits), () => harness.close()]) await part().catch((error: unknown) => failures.push(error instanceof Error ? error : new Error(String(error))));
  const [first] = failures;
  return first === undefined ? { check, status: 'held' } : { check, status: 'failed', error: first };
}
