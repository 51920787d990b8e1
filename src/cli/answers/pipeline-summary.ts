/** A pipeline by itself, as far as it is shown. */
import * as z from 'zod';
import { Line, Text } from './text.ts';

export const PipelineStatus = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('succeeded'), at: z.number() }),
  z.object({ kind: z.literal('failed'), at: z.number(), error: Line, reason: Text }),
  z.object({ kind: z.literal('superseded'), at: z.number(), by: Line }),
  z.object({ kind: z.literal('cancelled'), at: z.number(), by: Line, why: Line }),
]);
export type PipelineStatus = z.infer<typeof PipelineStatus>;

export const PipelineSummary = z.object({
  id: Line, service: Line, cause: Line, commit: Line.nullable(), subject: Line.nullable().default(null), version: Line, author: Line.nullable(), startedBy: Line, digest: Line.nullable(),
  waves: z.array(z.array(Line)), stage: Line, status: PipelineStatus, startedAt: z.number(),
  stop: z.object({ kind: Line }).nullable(),
});
export type PipelineSummary = z.infer<typeof PipelineSummary>;
export const Pipelines = z.array(PipelineSummary);
