/** What the load generator counts, for each phase that it was told. */
import * as z from 'zod';

export const PhaseCounts = z.strictObject({
  phase: z.string(),
  startedAt: z.number(),
  requests: z.number(),
  /** Answers other than 200, and requests without a whole answer. */
  failures: z.number(),
  /** By the x-version header of the answer. */
  requestsByVersion: z.record(z.string(), z.number()),
  failuresByVersion: z.record(z.string(), z.number()),
  /** What failed, for the report: status or error code. */
  reasons: z.record(z.string(), z.number()),
  firstFailureAt: z.number().nullable(),
  /** Milliseconds, of all requests of the phase. */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});
export type PhaseCounts = z.infer<typeof PhaseCounts>;

export const Told = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), url: z.string(), requestsPerSecond: z.number() }),
  z.strictObject({ kind: z.literal('phase'), phase: z.string() }),
  z.strictObject({ kind: z.literal('count'), question: z.number() }),
  /** Sends nothing more, waits for what is under way, counts, and ends. */
  z.strictObject({ kind: z.literal('end'), question: z.number() }),
]);
export type Told = z.infer<typeof Told>;

export const Answer = z.strictObject({ question: z.number(), counts: z.array(PhaseCounts) });
