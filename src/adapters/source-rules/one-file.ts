/** One file of a commit: what it may be, the same for every adapter of repositories. */
import { InvalidInput, LimitExceeded, NotFound } from '../../domain/errors.ts';

/** @param kind what lies at the path; undefined: nothing. @throws NotFound, InvalidInput */
export function demandPlainFile(path: string, kind: 'file' | 'folder' | 'symlink' | 'submodule' | undefined): void {
  if (kind === undefined) throw new NotFound(`${path}: there is no such file in the commit.`, { file: path });
  if (kind !== 'file') throw new InvalidInput(`${path}: it is a ${kind} in the commit. Put a real file there.`, { file: path });
}

/** @throws LimitExceeded */
export function demandBytes(path: string, bytes: number, limitBytes: number): void {
  if (bytes > limitBytes) throw new LimitExceeded(`${path}: it has ${bytes} bytes, and ${limitBytes} is the most. Split it.`, { file: path, bytes });
}

/** @throws InvalidInput for bytes that are not UTF-8 */
export function plainText(path: string, bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new InvalidInput(`${path}: it is not UTF-8 text. Save it as UTF-8.`, { file: path });
  return text;
}
