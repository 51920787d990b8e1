/** A folder as one tar.gz whose bytes depend on nothing but the folder's names, contents and executable bits. */
import { constants, createWriteStream } from 'node:fs';
import { lstat, open, readdir, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ArtifactRefused } from '../../domain/errors.ts';
import { diskFault } from './disk-fault.ts';
import { BLOCK, type Entry, headerOf } from './entry-header.ts';
import { createEntryRules } from './entry-rules.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts';

const GZIP_OS_BYTE = 9;
const GZIP_OS_UNKNOWN = 255;

async function entryOf(root: string, path: string): Promise<Entry> {
  const absolute = join(root, path);
  const found = await lstat(absolute);
  if (found.isDirectory()) return { path, kind: 'folder', bytes: 0, mode: 0o755 };
  if (found.isSymbolicLink()) return { path, kind: 'link', bytes: 0, mode: 0o777, target: await readlink(absolute) };
  if (found.isFile()) return { path, kind: 'file', bytes: found.size, mode: (found.mode & 0o100) === 0 ? 0o644 : 0o755 };
  throw new ArtifactRefused(`${JSON.stringify(path)} is a device, socket or pipe, and an artifact holds files, folders and links only. Let the build remove it.`, { path });
}

async function entriesOf(root: string, limits: ArchiveLimits): Promise<readonly Entry[]> {
  const rules = createEntryRules(limits);
  const entries: Entry[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of await readdir(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const entry = name.includes('\uFFFD') ? { path, kind: 'file' as const, bytes: 0, mode: 0 } : await entryOf(root, path);
      rules.add(entry.path, entry.kind, entry.bytes, entry.target);
      entries.push(entry);
      if (entry.kind === 'folder') folders.push(path);
    }
  }
  rules.finish();
  return entries.sort((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
}

async function* contentOf(root: string, entry: Entry): AsyncGenerator<Buffer> {
  // O_NOFOLLOW: a file that has become a link since it was listed is not followed.
  const file = await open(join(root, entry.path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
      bytes += (chunk as Buffer).length;
      if (bytes > entry.bytes) break;
      yield chunk as Buffer;
    }
    if (bytes !== entry.bytes) throw new ArtifactRefused(`${JSON.stringify(entry.path)} changed while it was packed. Something of the build still runs: let the build's command wait for all it starts.`, { path: entry.path });
  } finally {
    await file.close();
  }
}

async function* archiveOf(root: string, entries: readonly Entry[]): AsyncGenerator<Buffer> {
  // The folder itself comes first: an archive without any entry is not known as one.
  yield headerOf({ path: '.', kind: 'folder', bytes: 0, mode: 0o755 });
  for (const entry of entries) {
    yield headerOf(entry);
    if (entry.kind !== 'file') continue;
    yield* contentOf(root, entry);
    const rest = entry.bytes % BLOCK;
    if (rest > 0) yield Buffer.alloc(BLOCK - rest);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** zlib writes the operating system into the header (RFC 1952, OS); "unknown" is the same everywhere. */
async function* withoutSystem(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    if (first) chunk[GZIP_OS_BYTE] = GZIP_OS_UNKNOWN;
    first = false;
    yield chunk;
  }
}

/**
 * Packs what is in `directory` into the new file `file`: entries sorted by the bytes of their paths, time 0, owner 0, modes
 * 755 or 644. The same folder gives the same bytes with the same Node (another zlib may compress differently).
 * @returns the number of entries in the folder
 * @throws ArtifactRefused for a device, a link to the outside, an absolute link, a name that is not UTF-8, a file that changes meanwhile
 * @throws LimitExceeded over `limits`, or when the disk is full
 */
export async function packDirectory(directory: string, file: string, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<{ entries: number }> {
  if (!(await stat(directory)).isDirectory()) throw new ArtifactRefused(`${JSON.stringify(directory)} is not a folder, so it cannot be packed.`, {});
  const entries = await entriesOf(directory, limits);
  try {
    await pipeline(archiveOf(directory, entries), createGzip({ level: 6 }), withoutSystem, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    await rm(file, { force: true });
    throw diskFault(error, `pack ${directory}`);
  }
  return { entries: entries.length };
}
