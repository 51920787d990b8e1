/** Tells of instances that their target has given up on. Nothing else follows from them by itself, so whoever looks must tell. */
import type { Drift } from '../domain/drift/drift.ts';
import type { Desired } from '../domain/state.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { creating } from './state/documents.ts';
import { alertedKey } from './state/keys.ts';

const ALERT_KEPT_SECONDS = 7 * 86_400;

/** One alert per instance, however often it is seen. */
export async function tellCrashLoops(needs: CommitNeeds, desired: Desired, drifts: readonly Drift[]): Promise<void> {
  for (const drift of drifts) {
    if (drift.kind !== 'quarantined') continue;
    const key = alertedKey(`quarantined#${desired.service}#${desired.environment}#${drift.instance}`);
    if ((await needs.store.get(key)) !== undefined) continue;
    const text = `${drift.instance} of ${drift.revision} keeps failing and is left alone now: ${drift.problem}. See its output: slipway logs ${desired.service} --environment ${desired.environment}. Mend it with a release or a rollback; to try it again as it is, scale to 0 and back.`;
    await commit(needs, [creating(key, { at: needs.clock.now() }, Math.floor(needs.clock.now() / 1000) + ALERT_KEPT_SECONDS)], [alerting('critical', 'crash-loop', desired, text)]);
  }
}
