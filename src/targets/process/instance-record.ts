/** What is known of an instance, on disk: written before its process exists, so that no crash leaves a process that nobody knows. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * Replaces the record in one step. Not flushed to the platter: it has to survive the end of this process, not of the machine,
 * with which the instance ends too.
 * @throws the error of the file system
 */
export function writeRecord(directory: string, record: InstanceRecord): void {
  const path = join(directory, FILE);
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Makes an instance's directory, with its writable folders, and its first record. */
export function createRecord(directory: string, record: InstanceRecord): void {
  for (const folder of ['', 'work', 'tmp']) mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  writeRecord(directory, record);
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
