/** A build or command that runs in CodeBuild, as the store keeps it until its outcome was taken: with the task's token. */
import * as z from 'zod';
import { CommitId, Digest, Identity, ServiceName } from '../../../domain/ids.ts';
import { Build, Command } from '../../../domain/manifest.ts';
import type { BuildRequest } from '../../../ports/builder.ts';
import type { CommandRun } from '../../../ports/commands.ts';
import type { ItemKey } from '../../../ports/item-store.ts';

const RelativePath = z.string().max(1000).refine((path) => !path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\0'), 'a path inside the repository, without ..');

const BuildRequestSchema = z.strictObject({
  build: z.string().regex(/^[0-9A-Za-z_.:@-]{1,128}$/, 'letters, digits and _ . : @ -, at most 128'),
  token: z.string().min(1).max(2048),
  service: ServiceName,
  repository: z.string().min(1).max(2000),
  commit: CommitId,
  manifestPath: RelativePath.min(1),
  recipe: Build,
  version: z.string().min(1).max(128),
  provenance: z.strictObject({ branch: z.string().nullable(), author: Identity.nullable(), pusher: Identity.nullable() }),
}) satisfies z.ZodType<BuildRequest>;

const CommandRunSchema = z.strictObject({
  id: z.string().regex(/^[0-9A-Za-z_.:@-]{1,200}$/, 'letters, digits and _ . : @ -, at most 200'),
  repository: z.string().min(1).max(2000).nullable(),
  commit: CommitId.nullable(),
  digest: Digest,
  folder: RelativePath,
  command: Command,
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'the name of a variable'), z.string().max(32_768)),
  timeoutSeconds: z.number().positive(),
  inputs: z.array(z.strictObject({ name: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/, 'the name of a file'), digest: Digest })).max(20).optional(),
}) satisfies z.ZodType<CommandRun>;

const shared = {
  /** Names this run of the job, also in the bucket; a job that is started again after its end has another one. */
  nonce: z.string().regex(/^[0-9a-z]{10,64}$/),
  /** CodeBuild's id, once it has answered. */
  run: z.string().nullable(),
  startedAt: z.number(),
  /** Whether the run has had the credential of its git host. */
  lent: z.boolean().default(false),
};
export const JobRecord = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('build'), request: BuildRequestSchema, ...shared }),
  z.strictObject({ kind: z.literal('command'), request: CommandRunSchema, token: z.string().min(1).max(2048), ...shared }),
]);
export type JobRecord = z.infer<typeof JobRecord>;
/** What is asked for, before it is started. */
export type JobAsked = { readonly kind: 'build'; readonly request: BuildRequest } | { readonly kind: 'command'; readonly request: CommandRun; readonly token: string };

/** All that run, few enough for one partition: CodeBuild runs 60 at a time by default. */
export const JOBS_PARTITION = 'codebuild';
export const jobKey = (kind: JobRecord['kind'], id: string): ItemKey => ({ partition: JOBS_PARTITION, sort: `${kind}#${id}` });
export const idOf = (job: JobAsked): string => (job.kind === 'build' ? job.request.build : job.request.id);

const folderOf = (manifestPath: string): string => (manifestPath.includes('/') ? manifestPath.slice(0, manifestPath.lastIndexOf('/')) : '');

/** What the run finds beside its request, by digest: the artifact where a command has no commit, and the files that it was given. */
export function storedFor(job: JobAsked): readonly Digest[] {
  if (job.kind === 'build') return [];
  const { repository, commit, digest, inputs = [] } = job.request;
  return [...new Set([...(repository === null || commit === null ? [digest] : []), ...inputs.map((input) => input.digest)])];
}

/** Whose repository a run checks out; null for one that checks out none. */
export const repositoryOf = (record: JobRecord): string | null => record.request.repository;

/** What the program in CodeBuild reads (infrastructure/codebuild/job.py). It is never told a token. */
export function documentOf(job: JobAsked): Readonly<Record<string, unknown>> {
  if (job.kind === 'command') {
    const { repository, commit, digest, folder, command, environment, timeoutSeconds, inputs = [] } = job.request;
    const fromCommit = repository !== null && commit !== null;
    return { kind: 'command', repository: fromCommit ? repository : null, commit: fromCommit ? commit : null, digest, folder, command, environment, timeoutSeconds, inputs };
  }
  const { build, service, repository, commit, manifestPath, recipe, version } = job.request;
  return {
    kind: 'build', repository, commit, folder: folderOf(manifestPath), test: recipe.test ?? null, command: recipe.command ?? null, output: recipe.output, timeoutSeconds: recipe.timeout,
    environment: { SLIPWAY_BUILD: build, SLIPWAY_SERVICE: service, SLIPWAY_COMMIT: commit, SLIPWAY_VERSION: version },
  };
}

export const timeoutSecondsOf = (job: JobAsked): number => (job.kind === 'build' ? job.request.recipe.timeout : job.request.timeoutSeconds);
