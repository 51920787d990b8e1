/** One turn of a repair: looks at what runs, compares it with what was asked for, says what to do. */
import type { Drift } from '../domain/drift/drift.ts';
import { findDrift } from '../domain/drift/find-drift.ts';
import { repairActions } from '../domain/drift/repair-actions.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { observe } from './observe.ts';
import { endRepairLease, holdsRepairLease, type PlaceRef } from './repair-lease.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { creating, findDesired } from './state/documents.ts';
import { alertedKey } from './state/keys.ts';
import { repairCall, type TargetCall } from './target-calls.ts';

export interface Diagnosis {
  readonly status: 'in-order' | 'waiting' | 'repair';
  readonly requests: readonly TargetCall[];
  readonly until: string;
}

export type DiagnoseNeeds = CommitNeeds & Pick<Ports, 'targets'>;

/** So many turns one repair takes at most; the next pass goes on. */
const TURNS_MAXIMUM = 120;
const ALERT_KEPT_SECONDS = 7 * 86_400;

/** Never during a deployment or a pause. @throws ProviderUnavailable when the target does not answer */
export const diagnose = (needs: DiagnoseNeeds) => async (input: PlaceRef & { lease: string; turn: number }): Promise<Diagnosis> => {
  const now = needs.clock.now();
  const until = new Date(now + waitMs(input.turn)).toISOString();
  if (!(await holdsRepairLease(needs, input, input.lease))) return { status: 'in-order', requests: [], until };
  const desired = await findDesired(needs.store, input.service, input.environment);
  if (desired === undefined || desired.value.deployment !== null || desired.value.paused !== null) return over(needs, input, until);
  const drifts = findDrift(desired.value, await observe(needs, desired.value), now);
  await tell(needs, desired.value, drifts);
  const requests = repairActions(desired.value, drifts).map((action) => repairCall(desired.value, action));
  if (requests.length === 0 && !drifts.some(willMend) || input.turn >= TURNS_MAXIMUM) return over(needs, input, until);
  return { status: requests.length > 0 ? 'repair' : 'waiting', requests, until };
};

/** 20 ms, doubling, at most 5 s: a quick start is seen at once, a slow one costs few turns. */
const waitMs = (turn: number): number => Math.min(5000, 20 * 2 ** Math.min(turn, 10));

/** What mends by itself after the calls of an earlier turn: traffic that waits for a healthy instance. */
const willMend = (drift: Drift): boolean => drift.kind === 'weights' && !drift.ready;

async function over(needs: DiagnoseNeeds, input: PlaceRef & { lease: string }, until: string): Promise<Diagnosis> {
  await endRepairLease(needs, input, input.lease);
  return { status: 'in-order', requests: [], until };
}

/** One alert per instance that the target has given up on, however often it is seen. */
async function tell(needs: DiagnoseNeeds, desired: Desired, drifts: readonly Drift[]): Promise<void> {
  for (const drift of drifts) {
    if (drift.kind !== 'quarantined') continue;
    const key = alertedKey(`quarantined#${desired.service}#${desired.environment}#${drift.instance}`);
    if ((await needs.store.get(key)) !== undefined) continue;
    const text = `${drift.instance} of ${drift.revision} keeps failing and is left alone now: ${drift.problem}. See its output: slipway logs ${desired.service} --environment ${desired.environment}. Mend it with a release or a rollback; to try it again as it is, scale to 0 and back.`;
    await commit(needs, [creating(key, { at: needs.clock.now() }, Math.floor(needs.clock.now() / 1000) + ALERT_KEPT_SECONDS)], [alerting('critical', 'crash-loop', desired, text)]);
  }
}
