/** What a build asks for and what comes of it, as it is kept on disk. */
import * as z from 'zod';
import { CommitId, Digest, Identity, ServiceName } from '../../../domain/ids.ts';
import { Build } from '../../../domain/manifest.ts';
import { BUILD_STEPS, type BuildOutcome, type BuildRequest } from '../../../ports/builder.ts';
import type { JobKind } from '../child-processes/job-records.ts';

const RelativePath = z.string().min(1).max(1000).refine((path) => !path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\0'), 'a path inside the repository, without ..');

const Request = z.strictObject({
  build: z.string().regex(/^[0-9A-Za-z_.:@-]{1,128}$/, 'letters, digits and _ . : @ -, at most 128'),
  token: z.string().min(1).max(2048),
  service: ServiceName,
  repository: z.string().min(1).max(2000),
  commit: CommitId,
  manifestPath: RelativePath,
  recipe: Build,
  version: z.string().min(1).max(128),
  provenance: z.strictObject({ branch: z.string().nullable(), author: Identity.nullable(), pusher: Identity.nullable() }),
}) satisfies z.ZodType<BuildRequest>;

const ended = { log: Digest.nullable(), startedAt: z.number(), seconds: z.number() };
const Outcome = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('succeeded'), digest: Digest, bytes: z.number(), ...ended }),
  z.strictObject({ status: z.literal('failed'), step: z.enum([...BUILD_STEPS, 'timeout', 'cancelled']), message: z.string(), tail: z.string(), ...ended }),
]) satisfies z.ZodType<BuildOutcome>;

export const BUILD_JOB: JobKind<BuildRequest, BuildOutcome> = { word: 'build', request: Request, outcome: Outcome, idOf: (request) => request.build };
