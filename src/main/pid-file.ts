/** A process by its id and start time, kept in a file, so that one that was started earlier is found again and never mistaken. */
import { readFileSync, rmSync } from 'node:fs';
import * as z from 'zod';
import { processTable } from '../targets/process/process-table/index.ts';
import { writePrivate } from './private-file.ts';

const Record = z.strictObject({ pid: z.int().min(1), startedAt: z.string() });
export type ProcessRecord = z.infer<typeof Record>;

/** What the system says of when a process started; undefined when there is none. */
export async function startOf(pid: number): Promise<string | undefined> {
  const start = await processTable().identity(pid);
  return start;
}

export async function writeProcess(path: string, pid: number): Promise<void> {
  const startedAt = await startOf(pid);
  if (startedAt !== undefined) writePrivate(path, JSON.stringify({ pid, startedAt }));
}

/** The process of the file when it still runs and is the same one. */
export async function livingProcess(path: string): Promise<ProcessRecord | undefined> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const record = Record.safeParse(parsed(text));
  return record.success && (await startOf(record.data.pid)) === record.data.startedAt ? record.data : undefined;
}

export const forgetProcess = (path: string): void => rmSync(path, { force: true });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
