/** An unpacked artifact as the archive that Lambda takes: the same files give the same bytes, so that its digest says what runs. */
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Zippable } from 'fflate';
import { LimitExceeded } from '../../domain/errors.ts';

/** Unpacked, layers included; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const UNPACKED_BYTES_MAX = 250 * 1024 ** 2;
/** Of a zip in a request; larger ones would have to go through a bucket. Same page. */
const ZIP_BYTES_MAX = 50 * 1024 ** 2;

/** The first day that a zip can name; no clock, so that nothing but the files counts. In local time, as the format has it. */
const NO_TIME = new Date(1980, 0, 1);
const UNIX = 3;
const FILE = 0o100644;
const PROGRAM = 0o100755;
const LINK = 0o120777;

export interface Archive {
  readonly bytes: Uint8Array;
  /** As Lambda says it: sha256 in base64. */
  readonly digest: string;
}

/** @throws LimitExceeded for an artifact that is too large for a function */
export async function zipFolder(folder: string): Promise<Archive> {
  const entries: Zippable = {};
  let unpacked = 0;
  for (const path of await pathsUnder(folder)) {
    const at = join(folder, path);
    const found = await lstat(at);
    const content = found.isSymbolicLink() ? Buffer.from(await readlink(at)) : await readFile(at);
    unpacked += content.length;
    if (unpacked > UNPACKED_BYTES_MAX) throw new LimitExceeded(`The artifact has more than ${UNPACKED_BYTES_MAX} bytes unpacked, and Lambda takes no more. Leave out what the functions do not need.`);
    const mode = found.isSymbolicLink() ? LINK : (found.mode & 0o111) === 0 ? FILE : PROGRAM;
    entries[path] = [content, { mtime: NO_TIME, os: UNIX, attrs: mode * 0x10000, level: 6 }];
  }
  // Its tables are made while it is loaded, which would be an eighth of every start; of all verbs only a launch zips.
  const { zipSync } = await import('fflate');
  const bytes = zipSync(entries);
  if (bytes.length > ZIP_BYTES_MAX) throw new LimitExceeded(`The artifact has ${bytes.length} bytes as a zip, and a function takes ${ZIP_BYTES_MAX}. Leave out what it does not need, or move it to a layer.`);
  return { bytes, digest: createHash('sha256').update(bytes).digest('base64') };
}

async function pathsUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const prefix = folder.length + 1;
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name).slice(prefix)).sort();
}
