/** Files that are there whole or not at all, also after a crash or a power cut. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a killed write leaves beside the file ends so; whoever owns the folder may remove it. */
export const MAKING_SUFFIX = '.tmp';

/** What was made, renamed or removed in a folder is there after a power cut too. */
export async function syncFolder(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces the file, mode 0600: written and synced under another name first, then renamed. Errors are the file system's. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const making = `${path}.${randomBytes(6).toString('hex')}${MAKING_SUFFIX}`;
  try {
    const file = await open(making, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(making, path);
  } catch (error) {
    await rm(making, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}
