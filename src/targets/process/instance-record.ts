/** What is known of an instance, on disk: written before its process exists, so that no crash leaves a process that nobody knows. */
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Generation, InstanceId } from '../../domain/ids.ts';
import { RevisionSpec } from '../../domain/revision.ts';
import { Slot } from './backoff.ts';

/** A process that is this one and not a later one with the same number: `identity` holds its start. */
const ProcessRef = z.strictObject({ pid: z.int().min(2), identity: z.string(), port: z.int() });
export type ProcessRef = z.infer<typeof ProcessRef>;

const InstanceState = z.discriminatedUnion('phase', [
  /** To be started; there may already be a process that carries its marker. */
  z.strictObject({ phase: z.literal('intended') }),
  z.strictObject({ phase: z.literal('running'), process: ProcessRef, health: z.enum(['starting', 'healthy', 'unhealthy']), startedAt: z.number(), healthySince: z.number().nullable() }),
  /** Out of the router; its requests may end until `until`. */
  z.strictObject({ phase: z.literal('draining'), process: ProcessRef, until: z.number() }),
  /** Asked to stop; killed at `until`. */
  z.strictObject({ phase: z.literal('stopping'), process: ProcessRef, until: z.number() }),
  /** Ended by itself, or never began. */
  z.strictObject({ phase: z.literal('failed'), began: z.boolean(), at: z.number() }),
]);
export type InstanceState = z.infer<typeof InstanceState>;

export const InstanceRecord = z.strictObject({
  format: z.literal(1),
  instance: InstanceId,
  /** Of the request that started it. */
  generation: Generation,
  zone: z.string(),
  createdAt: z.number(),
  spec: RevisionSpec,
  slot: Slot,
  /** Leaves when this one is healthy. */
  replaces: InstanceId.nullable(),
  problem: z.string().nullable(),
  state: InstanceState,
});
export type InstanceRecord = z.infer<typeof InstanceRecord>;

const FILE = 'instance.json';

/** What one write changes wholly or not at all, whenever this process is killed: a kill is looked at between two pages. */
const PAGE_BYTES = 4096;

/**
 * Replaces the record in one step. Not flushed to the platter: it has to survive the end of this process, not of the machine,
 * with which the instance ends too. A record that fits into a page is written over the old one, which costs a tenth of a new file and
 * its rename, and needs no room on a full disk.
 * @throws the error of the file system
 */
export function writeRecord(directory: string, record: InstanceRecord): void {
  const path = join(directory, FILE);
  const text = JSON.stringify(record);
  if (Buffer.byteLength(text) <= PAGE_BYTES && overwritten(path, text)) return;
  writeFileSync(`${path}.new`, padded(text), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Of the same length whatever it says, so that nothing of a longer one is left behind it. */
const padded = (text: string): Buffer => {
  const bytes = Buffer.alloc(Math.max(PAGE_BYTES, Buffer.byteLength(text)), ' ');
  bytes.write(text);
  return bytes;
};

/** @returns false when there is nothing, or something longer than a page */
function overwritten(path: string, text: string): boolean {
  const file = opened(path);
  if (file === undefined) return false;
  try {
    if (fstatSync(file).size > PAGE_BYTES) return false;
    writeSync(file, padded(text), 0, PAGE_BYTES, 0);
    return true;
  } finally {
    closeSync(file);
  }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes an instance's directory, with its writable folders, and its first record. */
export function createRecord(directory: string, record: InstanceRecord): void {
  for (const folder of ['', 'work', 'tmp']) mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, FILE), padded(JSON.stringify(record)), { mode: 0o600 });
}

/** The record of a directory; undefined when there is none that can be read. */
export function readRecord(directory: string): InstanceRecord | undefined {
  try {
    const parsed = InstanceRecord.safeParse(JSON.parse(readFileSync(join(directory, FILE), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** From here on the directory is no instance any more. */
export const removeRecord = (directory: string): void => rmSync(join(directory, FILE), { force: true });

export const removeDirectory = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true });
