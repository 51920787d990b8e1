/** What a router mirrors: whose requests, to whom, by which rule. Part of the desired state while a parallel run is on. */
import * as z from 'zod';
import { RevisionId } from '../ids.ts';
import { ParallelRun } from './rule.ts';

export const Mirror = z.strictObject({
  /** Requests that this revision answers are mirrored; it is asked again, twice, for comparison. */
  stable: RevisionId,
  candidate: RevisionId,
  rule: ParallelRun,
});
export type Mirror = z.infer<typeof Mirror>;
