/** Recordings that are kept, and the one that is under way. */
import * as z from 'zod';
import { Digest, EnvironmentName, Identity, ServiceName } from '../ids.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { RecordingRule } from './rule.ts';

/** As the data plane has it. */
export const RecordingProgress = z.strictObject({
  rule: RecordingRule,
  begunAt: z.number(),
  /** When it takes no more by itself. */
  endsAt: z.number(),
  /** Requests in the sample; of those some were left out, and the oldest dropped for newer ones. */
  taken: z.int(),
  leftOut: z.int(),
  kept: z.int(),
});
export type RecordingProgress = z.infer<typeof RecordingProgress>;

export const RecordingId = z.string().regex(/^[0-9a-z-]{1,60}$/, 'the name of a recording').brand<'RecordingId'>();
export type RecordingId = z.infer<typeof RecordingId>;

/** One that has ended: its requests are a stored file, named by its digest. */
export const Recording = z.strictObject({
  id: RecordingId, service: ServiceName, environment: EnvironmentName, digest: Digest, requests: z.int(), bytes: z.int(),
  progress: RecordingProgress, endedAt: z.number(), endedBy: Identity,
  /** The file whose requests these are; absent for one of a router. */
  importedFrom: z.string().optional(),
});
export type Recording = z.infer<typeof Recording>;

/** A line per request. */
export const recordingText = (requests: readonly RecordedRequest[]): string => requests.map((request) => `${JSON.stringify(request)}\n`).join('');
