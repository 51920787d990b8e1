/** A process by its id and start time, kept in a file, so that one that was started earlier is found again and never mistaken. */
import { linkSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
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

const numberOf = (name: string): number => Number(/\.(\d+)$/.exec(name)?.[1] ?? 0);

/**
 * Takes a part for one process. Answers undefined when it has it, else who has it. Of several that try at once one gets it: each claim is a
 * file with the next number, which the file system makes for one of them only. The last claim stays when its process has ended, so that
 * numbers never begin again.
 */
export async function claimProcess(path: string, pid: number): Promise<ProcessRecord | undefined> {
  const [folder, prefix] = [dirname(path), `${basename(path)}.claim.`];
  const claims = () => readdirSync(folder).filter((name) => name.startsWith(prefix) && numberOf(name) > 0).sort((one, other) => numberOf(one) - numberOf(other));
  const mine = `${path}.claiming.${pid}`;
  await writeProcess(mine, pid);
  try {
    for (;;) {
      const before = claims();
      const last = before.at(-1);
      const other = last === undefined ? undefined : await livingProcess(`${folder}/${last}`);
      if (other !== undefined && other.pid !== pid) return other;
      if (!linked(mine, `${folder}/${prefix}${numberOf(last ?? '') + 1}`)) continue;
      for (const name of before) rmSync(`${folder}/${name}`, { force: true });
      return undefined;
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

export const forgetProcess = (path: string): void => rmSync(path, { force: true });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
