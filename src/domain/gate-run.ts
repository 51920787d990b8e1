/** The command of a gate: that it was begun, and how it ended. */
import * as z from 'zod';

export const GateRun = z.strictObject({
  /** As the state machine calls it: `<stage>-<before|after>-<n>`. */
  gate: z.string(),
  /** As the manifest calls it. */
  name: z.string(),
  startedAt: z.number(),
  /** Null while it runs, and for good when its deployment ended before it did. */
  outcome: z.strictObject({ passed: z.boolean(), seconds: z.number(), detail: z.string().max(20_000) }).nullable(),
});
export type GateRun = z.infer<typeof GateRun>;
