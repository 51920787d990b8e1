/** The files of this machine. */
import { openAsBlob } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './faults.ts';
import type { Files } from './needs.ts';

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');

async function statOrNull(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function readText(path: string, limitBytes: number, isPrivate: boolean): Promise<string | null> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size, mode } = await file.stat();
    if (isPrivate && (mode & 0o077) !== 0) throw new RangeError(`others can read or change it (mode ${(mode & 0o777).toString(8)})`);
    if (size > limitBytes) throw new RangeError(`it has ${size} bytes, and ${limitBytes} are accepted`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Beside the file and then in its place, so that nobody ever reads a part of it. */
async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(beside, text, { flag: 'wx', mode: 0o600 });
  await chmod(beside, 0o600);
  await rename(beside, path);
}

export const localFiles: Files = {
  read: (path, limitBytes) => readText(path, limitBytes, false),
  readPrivate: (path, limitBytes) => readText(path, limitBytes, true),
  writePrivate,
  write: (path, text, replace) => writeFile(path, text, { flag: replace ? 'w' : 'wx' }),
  writeExecutable: async (path, text) => {
    // A repository made without templates has no folder for hooks.
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx', mode: 0o755 });
  },
  exists: async (path) => (await statOrNull(path)) !== null,
  isDirectory: async (path) => (await statOrNull(path))?.isDirectory() ?? false,
  entries: async (directory) => (await readdir(directory, { withFileTypes: true })).map((entry) => ({ name: entry.name, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other' })),
  blob: (path) => openAsBlob(path, { type: 'application/octet-stream' }),
};
