/** What the program that replays is told: the manifest's part and what it means here. */
import * as z from 'zod';
import { Replay } from '../manifest.ts';
import { ComparisonRule } from '../parallel/rule.ts';

export const ReplaySpec = z.strictObject({
  replay: Replay,
  /** Where the requests are sent. */
  baseUrl: z.url(),
  /** For a comparison: origins of instances. Null: none is asked for, or there is no stable revision here yet. */
  compare: z.strictObject({ rule: ComparisonRule, stable: z.array(z.url()).min(1), candidate: z.array(z.url()).min(1) }).nullable(),
});
export type ReplaySpec = z.infer<typeof ReplaySpec>;

/** The name under which a recording is handed to it. */
export const RECORDING_INPUT = 'recording.ndjson';
