/** What is on disk about a build, so that the next control plane can end, repeat or report it. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { InvalidInput } from '../../../domain/errors.ts';
import { CommitId, Digest, Identity, ServiceName } from '../../../domain/ids.ts';
import { Build } from '../../../domain/manifest.ts';
import { diskFault } from '../artifact-folder/disk-fault.ts';
import { BUILD_STEPS, type BuildOutcome, type BuildRequest } from '../../../ports/builder.ts';

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

/** `marker` is in the environment of every process of the build and nowhere else; `leader` is the running command's process. */
const BuildRecord = z.strictObject({
  request: Request,
  order: z.number(),
  marker: z.string(),
  restarts: z.int(),
  leader: z.strictObject({ pid: z.int().min(2), startedAt: z.string() }).nullable(),
  outcome: Outcome.nullable(),
});
export type BuildRecord = z.infer<typeof BuildRecord>;

/** @throws InvalidInput naming the field */
export function parseRequest(request: BuildRequest): BuildRecord['request'] {
  const parsed = Request.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InvalidInput(`The build request does not fit: ${issue?.path.join('.')} ${issue?.message}. Correct it and start the build again.`, { path: issue?.path.join('.') });
}

/** A build's folder name, whatever its id. */
export const keyOf = (build: string): string => createHash('sha256').update(build).digest('hex').slice(0, 32);

export interface BuildRecords {
  save(record: BuildRecord): Promise<void>;
  remove(build: string): Promise<void>;
  /** In the order of their starts. A file that does not fit its schema is an error: it is never passed over. */
  all(): Promise<readonly BuildRecord[]>;
}

async function syncFolder(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeDurably(directory: string, name: string, text: string): Promise<void> {
  const making = join(directory, `${name}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(making, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(making, join(directory, name));
  await syncFolder(directory);
}

async function readRecord(path: string): Promise<BuildRecord> {
  const text = await readFile(path, 'utf8');
  try {
    return BuildRecord.parse(JSON.parse(text));
  } catch (error) {
    throw new InvalidInput(`The build record ${path} cannot be read. Remove the file; its build has to be started again.`, { path }, { cause: error });
  }
}

export function createBuildRecords(directory: string): BuildRecords {
  return {
    async save(record) {
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeDurably(directory, `${keyOf(record.request.build)}.json`, JSON.stringify(record));
      } catch (error) {
        throw diskFault(error, `note the build ${record.request.build}`);
      }
    },
    async remove(build) {
      await rm(join(directory, `${keyOf(build)}.json`), { force: true });
    },
    async all() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const names = await readdir(directory);
      for (const name of names.filter((name) => name.endsWith('.tmp'))) await rm(join(directory, name), { force: true });
      const records: BuildRecord[] = [];
      for (const name of names.filter((name) => name.endsWith('.json'))) records.push(await readRecord(join(directory, name)));
      return records.sort((one, other) => one.order - other.order);
    },
  };
}
