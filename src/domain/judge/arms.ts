/** Two readings of a metrics source as what the judge takes. */
import type { RevisionId } from '../ids.ts';
import { type ArmCounts, type ArmDelta, armDelta } from './counts.ts';

export interface Reading {
  readonly epoch: string;
  readonly revisions: Readonly<Record<RevisionId, ArmCounts>>;
}

export interface Arms {
  readonly stable: ArmDelta | null;
  readonly candidate: ArmDelta | null;
  /** Counters began again between the readings. */
  readonly epochChanged: boolean;
}

/**
 * What both arms did between two readings. Null for an arm that is not in the later one.
 *
 * @param before null at the first look: nothing is known of the time before it, so there is no difference yet
 */
export function readArms(before: Reading | null, after: Reading, stable: RevisionId | null, candidate: RevisionId): Arms {
  if (before === null) return { stable: null, candidate: null, epochChanged: false };
  if (before.epoch !== after.epoch) return { stable: null, candidate: null, epochChanged: true };
  const arm = (revision: RevisionId | null): { read: boolean; delta: ArmDelta | null } => {
    const counts = revision === null ? undefined : after.revisions[revision];
    return counts === undefined || revision === null ? { read: false, delta: null } : { read: true, delta: armDelta(before.revisions[revision], counts) };
  };
  const [one, other] = [arm(stable), arm(candidate)];
  return { stable: one.delta, candidate: other.delta, epochChanged: (one.read && one.delta === null) || (other.read && other.delta === null) };
}
