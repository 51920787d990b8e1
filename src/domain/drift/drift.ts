/** A difference between desired and observed state, each kind with what it needs to be understood and repaired. */
import type { InstanceId, RevisionId } from '../ids.ts';
import type { Weights } from '../route.ts';

export const DRIFTS = ['not-observed', 'weights', 'failed-instance', 'zone', 'missing-instances', 'stray-instance', 'unknown-revision', 'surplus-instances', 'quarantined'] as const;

export type Drift =
  /** The target said nothing about this service: reported, and nothing is done blindly. */
  | { readonly kind: 'not-observed' }
  /** ready: every revision that is to have traffic has a healthy instance, so that traffic can be moved now. */
  | { readonly kind: 'weights'; readonly want: Weights; readonly have: Weights; readonly ready: boolean }
  /** Counts against its revision, and does not serve. */
  | { readonly kind: 'failed-instance'; readonly instance: InstanceId; readonly revision: RevisionId; readonly problem: string }
  /** lost: these instances are in a lost zone; they move when the revision has another. */
  | { readonly kind: 'zone'; readonly problem: 'lost'; readonly revision: RevisionId; readonly zone: string; readonly instances: readonly InstanceId[] }
  /** uneven: two zones differ by more than one. Reported only: healthy instances are not killed for symmetry. */
  | { readonly kind: 'zone'; readonly problem: 'uneven'; readonly revision: RevisionId; readonly have: Readonly<Record<string, number>> }
  | { readonly kind: 'missing-instances'; readonly revision: RevisionId; readonly want: number; readonly have: number }
  | { readonly kind: 'surplus-instances'; readonly revision: RevisionId; readonly want: number; readonly have: number }
  /** Runs, of a revision that nobody asked for; or, with `unrecorded`, of no revision that the target knows of. */
  | { readonly kind: 'stray-instance'; readonly instance: InstanceId; readonly revision: RevisionId; readonly unrecorded: boolean }
  /** Has instances, traffic or leftovers and is not desired. weight: its percents now. */
  | { readonly kind: 'unknown-revision'; readonly revision: RevisionId; readonly weight: number }
  /** A crash loop that the target has given up on: reported, and left for a person. */
  | { readonly kind: 'quarantined'; readonly instance: InstanceId; readonly revision: RevisionId; readonly problem: string };
