/** A file of a folder that somebody else filled: no link leads out of it. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInput } from '../../../domain/errors.ts';

/** Undefined: there is no such file. @throws InvalidInput naming the file */
export async function readInside(folder: string, file: string, limitBytes: number): Promise<string | undefined> {
  const top = await realpath(folder);
  const path = await realpath(join(top, file)).catch(() => undefined);
  if (path === undefined) return undefined;
  if (!path.startsWith(`${top}/`)) throw new InvalidInput(`${file}: it is a link that leads outside the release's files. Put a real file there.`, { file });
  const found = await stat(path);
  if (!found.isFile()) throw new InvalidInput(`${file}: it is a folder. Name a file.`, { file });
  if (found.size > limitBytes) throw new InvalidInput(`${file}: it has ${found.size} bytes, and ${limitBytes} is the most. Split it.`, { file });
  return readFile(path, 'utf8');
}
