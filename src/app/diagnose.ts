/** One turn of a repair: looks at what runs, compares it with what was asked for, says what to do. */
import type { Drift } from '../domain/drift/drift.ts';
import { findDrift } from '../domain/drift/find-drift.ts';
import { repairActions } from '../domain/drift/repair-actions.ts';
import type { Ports } from '../ports/index.ts';
import { tellCrashLoops } from './crash-loops.ts';
import { observe } from './observe.ts';
import { endRepairLease, holdsRepairLease, type PlaceRef } from './repair-lease.ts';
import type { CommitNeeds } from './state/commit.ts';
import { findDesired } from './state/documents.ts';
import { repairCall, type TargetCall } from './target-calls.ts';

export interface Diagnosis {
  readonly status: 'in-order' | 'waiting' | 'repair';
  readonly requests: readonly TargetCall[];
  readonly until: string;
}

export type DiagnoseNeeds = CommitNeeds & Pick<Ports, 'targets'>;

/** So many turns one repair takes at most; the next pass goes on. */
const TURNS_MAXIMUM = 120;

/** Never during a deployment or a pause. @throws ProviderUnavailable when the target does not answer */
export const diagnose = (needs: DiagnoseNeeds) => async (input: PlaceRef & { lease: string; turn: number }): Promise<Diagnosis> => {
  const now = needs.clock.now();
  const until = new Date(now + waitMs(input.turn)).toISOString();
  if (!(await holdsRepairLease(needs, input, input.lease))) return { status: 'in-order', requests: [], until };
  const desired = await findDesired(needs.store, input.service, input.environment);
  if (desired === undefined || desired.value.deployment !== null || desired.value.paused !== null) return over(needs, input, until, false);
  const drifts = findDrift(desired.value, await observe(needs, desired.value), now);
  await tellCrashLoops(needs, desired.value, drifts);
  const requests = repairActions(desired.value, drifts).map((action) => repairCall(desired.value, action));
  if (requests.length === 0 && !drifts.some(willMend) || input.turn >= TURNS_MAXIMUM) return over(needs, input, until, requests.length > 0);
  return { status: requests.length > 0 ? 'repair' : 'waiting', requests, until };
};

/** 20 ms, doubling, at most 5 s: a quick start is seen at once, a slow one costs few turns. */
const waitMs = (turn: number): number => Math.min(5000, 20 * 2 ** Math.min(turn, 10));

/** What mends by itself after the calls of an earlier turn: traffic that waits for a healthy instance. */
const willMend = (drift: Drift): boolean => drift.kind === 'weights' && !drift.ready;

async function over(needs: DiagnoseNeeds, input: PlaceRef & { lease: string }, until: string, isInVain: boolean): Promise<Diagnosis> {
  await endRepairLease(needs, input, input.lease, isInVain);
  return { status: 'in-order', requests: [], until };
}
