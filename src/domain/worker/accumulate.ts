/** Counts of instances as counts of their revisions, which never fall although instances end and begin again. Pure. */
import type { InstanceId, RevisionId } from '../ids.ts';
import { addCounts, armDelta, type ArmCounts } from '../judge/counts.ts';

export interface WorkerTotals {
  /** As each instance said last. */
  readonly instances: ReadonlyMap<InstanceId, ArmCounts>;
  readonly revisions: ReadonlyMap<RevisionId, ArmCounts>;
}

export interface WorkerLook {
  readonly instance: InstanceId;
  readonly revision: RevisionId;
  readonly counts: ArmCounts;
}

export const NO_TOTALS: WorkerTotals = { instances: new Map(), revisions: new Map() };

/** Revisions that are kept after their last instance is gone. */
const REVISIONS_MAX = 50;

/**
 * What is new of each instance is added to its revision. An instance whose counts are lower than before has begun again: all
 * that it says is new. What an instance did between the last look and its end is not known.
 * @param present the instances that there are, whether or not they could be looked at: others are forgotten
 */
export function accumulate(before: WorkerTotals, looks: readonly WorkerLook[], present: ReadonlySet<InstanceId>): WorkerTotals {
  const instances = new Map([...before.instances].filter(([instance]) => present.has(instance)));
  const revisions = new Map(before.revisions);
  for (const { instance, revision, counts } of looks) {
    const earlier = instances.get(instance);
    const fresh = armDelta(earlier, counts) ?? counts;
    const sum = revisions.get(revision);
    revisions.delete(revision);
    revisions.set(revision, sum === undefined ? fresh : addCounts(sum, fresh));
    instances.set(instance, counts);
  }
  // The least recently counted go first.
  return { instances, revisions: new Map([...revisions].slice(-REVISIONS_MAX)) };
}
