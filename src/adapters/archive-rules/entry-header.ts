/** The header of one entry of an archive that we make: time 0, owner 0. */
import { Header } from 'tar/header';
import { Pax } from 'tar/pax';
import type { EntryKind } from './entry-rules.ts';

export interface Entry {
  readonly path: string;
  readonly kind: EntryKind;
  readonly bytes: number;
  readonly mode: number;
  readonly target?: string;
}

/** Records are padded to this; https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */
export const BLOCK = 512;

const TYPES = { file: 'File', folder: 'Directory', link: 'SymbolicLink' } as const;

export function headerOf(entry: Entry): Buffer {
  const fields = {
    path: entry.kind === 'folder' ? `${entry.path}/` : entry.path,
    ...(entry.target === undefined ? {} : { linkpath: entry.target }),
    size: entry.bytes,
  };
  const header = new Header({ ...fields, mode: entry.mode, uid: 0, gid: 0, mtime: new Date(0), type: TYPES[entry.kind] });
  const block = Buffer.alloc(BLOCK);
  return header.encode(block) ? Buffer.concat([new Pax(fields).encode(), block]) : block;
}
