/** Logs of supervisor, control plane and router: opened, kept small, and read for why a part has ended. */
import { closeSync, copyFileSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Home } from './home.ts';

const LOG_BYTES_MAX = 20 * 1024 * 1024;
const LAST_BYTES = 64 * 1024;

export const logOf = (home: Home, part: string): string => join(home.logs, `${part}.log`);

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** For appending. The caller closes it. */
export function openLog(path: string): number {
  if (sizeOf(path) > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/**
 * The parts hold their logs open for appending, so a copy is kept and the file is emptied under them. Never throws: with a full disk it
 * is emptied without a copy, which is what makes room.
 */
export function rotateLogs(home: Home, parts: readonly string[], bytesMax = LOG_BYTES_MAX): void {
  for (const part of parts) {
    const path = logOf(home, part);
    try {
      if (sizeOf(path) <= bytesMax) continue;
      copyAside(path);
      truncateSync(path);
    } catch {
      // Looked at again in a minute.
    }
  }
}

function copyAside(path: string): void {
  try {
    copyFileSync(path, `${path}.1`);
  } catch {
    rmSync(`${path}.1`, { recursive: true, force: true });
  }
}

const ErrorLine = z.object({ level: z.literal('error'), message: z.string() });

/** The message of the last line, where that is an error: why the part has ended. Undefined where it did not say. */
export function lastError(path: string): string | undefined {
  try {
    return ErrorLine.safeParse(JSON.parse(lastLine(path) ?? '')).data?.message;
  } catch {
    // Another program's words.
    return undefined;
  }
}

/** Undefined when there is none, or no log. */
export function lastLine(path: string): string | undefined {
  try {
    return endOf(path).trimEnd().split('\n').at(-1) || undefined;
  } catch {
    return undefined;
  }
}

function endOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, LAST_BYTES));
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
  } finally {
    closeSync(file);
  }
}
