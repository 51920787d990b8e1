import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { InvalidInput } from '../../domain/errors.ts';

/** @throws InvalidInput for a folder, device or pipe */
export async function openRegular(path: string): Promise<FileHandle> {
  // O_NONBLOCK: opening a pipe must not wait for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new InvalidInput(`${path} is not a regular file, so it was not stored. Give an archive file.`, { path });
}
