/** Small files that only this user may read: tokens and keys, made at the first start. */
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { Forbidden } from '../domain/errors.ts';

const SECRET_BYTES = 32;

/** Written whole or not at all. */
export function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

/** The file's text without the line's end. @throws Forbidden when others may read it */
export function readPrivate(path: string): string {
  const { mode } = statSync(path);
  if ((mode & 0o077) !== 0) throw new Forbidden(`${path} can be read by others (mode ${(mode & 0o777).toString(8)}). Make it yours alone: chmod 600 ${path}; if others could log in here meanwhile, make a new one.`);
  return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
}

/** The secret in the file; null when there is no file. @throws Forbidden when others may read it */
export function secretIfThere(path: string): string | null {
  try {
    return readPrivate(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The secret in the file, made when it is missing. */
export function secretAt(path: string): string {
  try {
    return readPrivate(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const made = randomBytes(SECRET_BYTES).toString('hex');
    writePrivate(path, `${made}\n`);
    return made;
  }
}
