/** What is on disk about a job, so that the next control plane can end, repeat or report it. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { InvalidInput } from '../../../domain/errors.ts';
import { diskFault } from '../../archive-rules/disk-fault.ts';
import { MAKING_SUFFIX, writeDurably } from '../durable-file.ts';

/** The running command's process, told from a later one with the same number by its start. */
const Leader = z.strictObject({ pid: z.int().min(2), startedAt: z.string() });
export type Leader = z.infer<typeof Leader>;

/** The token of a request is in its record, which is why records have mode 0600. */
export interface JobRequest {
  readonly token: string;
}

export interface JobRecord<Q, O> {
  readonly request: Q;
  readonly order: number;
  /** In the environment of every process of the job and nowhere else. */
  readonly marker: string;
  readonly restarts: number;
  readonly leader: Leader | null;
  readonly outcome: O | null;
}

/** One kind of job: what is asked for and what comes of it. */
export interface JobKind<Q extends JobRequest, O> {
  /** For messages: `build`, `command`. */
  readonly word: string;
  readonly request: z.ZodType<Q>;
  readonly outcome: z.ZodType<O>;
  readonly idOf: (request: Q) => string;
}

/** @throws InvalidInput naming the field */
export function parseRequest<Q extends JobRequest, O>(kind: JobKind<Q, O>, request: unknown): Q {
  const parsed = kind.request.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.');
  throw new InvalidInput(`The ${kind.word} request does not fit: ${path} ${issue?.message}. Correct it and start the ${kind.word} again.`, { path });
}

/** A job's folder name, whatever its id. */
export const keyOf = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 32);

export interface JobRecords<Q, O> {
  save(record: JobRecord<Q, O>): Promise<void>;
  remove(id: string): Promise<void>;
  /** In the order of their starts. A file that does not fit its schema is an error: it is never passed over. */
  all(): Promise<readonly JobRecord<Q, O>[]>;
}

async function readRecord<Q extends JobRequest, O>({ word, request, outcome }: JobKind<Q, O>, path: string): Promise<JobRecord<Q, O>> {
  const text = await readFile(path, 'utf8');
  try {
    const schema = z.strictObject({ request, order: z.number(), marker: z.string().min(1), restarts: z.int(), leader: Leader.nullable(), outcome: outcome.nullable() });
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new InvalidInput(`The ${word} record ${path} cannot be read. Remove the file; its ${word} has to be started again.`, { path }, { cause: error });
  }
}

export function createJobRecords<Q extends JobRequest, O>(kind: JobKind<Q, O>, directory: string): JobRecords<Q, O> {
  const pathOf = (id: string) => join(directory, `${keyOf(id)}.json`);
  return {
    async save(record) {
      const id = kind.idOf(record.request);
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeDurably(pathOf(id), JSON.stringify(record));
      } catch (error) {
        throw diskFault(error, `note the ${kind.word} ${id}`);
      }
    },
    async remove(id) {
      await rm(pathOf(id), { force: true });
    },
    async all() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const names = await readdir(directory);
      for (const name of names.filter((name) => name.endsWith(MAKING_SUFFIX))) await rm(join(directory, name), { force: true });
      const records: JobRecord<Q, O>[] = [];
      for (const name of names.filter((name) => name.endsWith('.json'))) records.push(await readRecord(kind, join(directory, name)));
      return records.sort((one, other) => one.order - other.order);
    },
  };
}
