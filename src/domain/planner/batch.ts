/** Batches in the words of the strategies. */
import type { RevisionId } from '../ids.ts';
import type { Batch } from '../plan.ts';
import type { Weights } from '../route.ts';
import type { Setting } from './setting.ts';

/** A batch says only what it does; the rest is nothing. */
export function batch(parts: Pick<Batch, 'weights'> & Partial<Batch>): Batch {
  return { launch: [], hold: null, shrink: [], ...parts };
}

export function launchCandidate(setting: Setting, count: number): Batch['launch'] {
  return [{ revision: setting.candidate, count }];
}

/** The candidate's percent, and the rest to the stable revision; at 0 and 100 only one is named. */
export function split(candidate: RevisionId, stable: RevisionId, percent: number): Weights {
  if (percent <= 0) return { [stable]: 100 };
  return percent >= 100 ? { [candidate]: 100 } : { [stable]: 100 - percent, [candidate]: percent };
}
