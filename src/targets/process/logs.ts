/** Logs of instances: one file that the process itself appends to, rotated under it, kept for a while after it. */
import { closeSync, openSync, readSync, renameSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceRef } from '../../contracts/target.ts';

const FILE = 'log';
const COPY_BYTES = 1024 * 1024;

export const logOf = (directory: string): string => join(directory, FILE);

/** Opens a log for a process to write to; appending, so that it goes on at the new end after a rotation. The caller closes it. */
export const openLog = (directory: string): number => openSync(logOf(directory), 'a', 0o600);

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Copies the last `limitBytes` of a file, and what is written meanwhile, up to as much again: who writes faster than this copies has no end. */
function copyEnd(from: string, to: string, limitBytes: number): void {
  const source = openSync(from, 'r');
  const target = openSync(to, 'w', 0o600);
  try {
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    let position = Math.max(0, sizeOf(from) - limitBytes);
    const enough = position + limitBytes * 2;
    for (let read = readSync(source, buffer, 0, COPY_BYTES, position); read > 0; read = readSync(source, buffer, 0, COPY_BYTES, position)) {
      writeSync(target, buffer, 0, read);
      position += read;
      if (position >= enough) break;
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/**
 * Copies and truncates a log that is larger than `bytesMax`, keeping `kept` older files; of a larger one its end. What the process
 * writes between the last read and the truncation (microseconds) is lost: it holds the file open, so it cannot be moved from under it.
 * Never throws: with a full disk the log is truncated without a copy. @returns whether it was rotated
 */
export function rotate(directory: string, bytesMax: number, kept: number): boolean {
  const path = logOf(directory);
  if (sizeOf(path) <= bytesMax) return false;
  try {
    for (let number = kept - 1; number >= 1; number -= 1) if (sizeOf(`${path}.${number}`) > 0) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
    if (kept > 0) copyEnd(path, `${path}.1`, bytesMax);
  } catch {
    rmSync(`${path}.1`, { force: true });
  }
  try {
    truncateSync(path, 0);
    return true;
  } catch {
    return false;
  }
}

const byInstance = (ref: ServiceRef) => `${ref.service}.${ref.environment}`;

/** Moves an ended instance's log to where logs of its service are kept, and removes the oldest there. */
export async function archive(root: string, ref: ServiceRef, instance: string, directory: string, kept: number): Promise<void> {
  if (sizeOf(logOf(directory)) === 0) return;
  const folder = join(root, byInstance(ref));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rename(logOf(directory), join(folder, `${instance}.log`));
  const entries = await archived(root, ref);
  await Promise.all(entries.slice(kept).map(({ path }) => rm(path, { force: true })));
}

/** Kept logs of a service, newest first. */
export async function archived(root: string, ref: ServiceRef): Promise<readonly { readonly instance: string; readonly path: string }[]> {
  const folder = join(root, byInstance(ref));
  const names = await readdir(folder).catch(() => []);
  const dated = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { instance: name.replace(/\.log$/, ''), path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  return dated.sort((a, b) => b.at - a.at);
}

async function endOf(path: string, limitBytes: number): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return Buffer.alloc(0);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, limitBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The last `limitBytes` of a log, its latest rotated file included. */
export async function tail(path: string, limitBytes: number): Promise<string> {
  const current = await endOf(path, limitBytes);
  const before = current.length < limitBytes ? await endOf(`${path}.1`, limitBytes - current.length) : Buffer.alloc(0);
  return Buffer.concat([before, current]).toString('utf8');
}
