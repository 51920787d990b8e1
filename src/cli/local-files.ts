/** The files of this machine. */
import { openAsBlob } from 'node:fs';
import { open, readdir, stat, writeFile } from 'node:fs/promises';
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

export const localFiles: Files = {
  read: async (path, limitBytes) => {
    const file = await open(path, 'r').catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (file === null) return null;
    try {
      const { size } = await file.stat();
      if (size > limitBytes) throw new RangeError(`it has ${size} bytes, and ${limitBytes} are accepted`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  },
  write: (path, text, replace) => writeFile(path, text, { flag: replace ? 'w' : 'wx' }),
  writeExecutable: (path, text) => writeFile(path, text, { flag: 'wx', mode: 0o755 }),
  exists: async (path) => (await statOrNull(path)) !== null,
  isDirectory: async (path) => (await statOrNull(path))?.isDirectory() ?? false,
  entries: async (directory) => (await readdir(directory, { withFileTypes: true })).map((entry) => ({ name: entry.name, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other' })),
  blob: (path) => openAsBlob(path, { type: 'application/octet-stream' }),
};
