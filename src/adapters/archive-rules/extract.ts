/** Unpacking in two readings: the first checks digest and every entry and writes nothing, the second writes. */
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { Unpack } from 'tar/unpack';
import { ArtifactRefused, InvalidInput, LimitExceeded, SlipwayError } from '../../domain/errors.ts';
import type { Digest } from '../../domain/ids.ts';
import { codeOf, diskFault } from './disk-fault.ts';
import { type EntryKind, createEntryRules } from './entry-rules.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts';

const KINDS: Readonly<Record<string, EntryKind>> = { File: 'file', OldFile: 'file', Directory: 'folder', SymbolicLink: 'link' };

const plainPath = (path: string): string => path.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '').replaceAll(/\/{2,}/g, '/').replaceAll(/\/\.(?=\/|$)/g, '');

async function* chunksOf(file: FileHandle, digest: Digest | undefined): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ autoClose: false, start: 0, highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Buffer);
    yield chunk as Buffer;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (digest !== undefined && found !== digest) throw new ArtifactRefused(`The stored artifact ${digest} is damaged: its bytes have the digest ${found}. Build or register it again.`, { expected: digest, found });
}

/** Feeds an archive reader and waits until it is done. `refused` is asked after every piece and ends the reading early. */
async function feed(chunks: AsyncIterable<Buffer>, reader: Parser, doneEvent: 'end' | 'close', refused: () => unknown): Promise<void> {
  const state: { failure?: unknown; done: boolean } = { done: false };
  let turn = Promise.withResolvers<void>();
  const wake = () => {
    turn.resolve();
    turn = Promise.withResolvers();
  };
  reader.on('error', (error: unknown) => {
    state.failure ??= error;
    wake();
  });
  reader.on('drain', wake);
  reader.on(doneEvent, () => {
    state.done = true;
    wake();
  });
  const check = () => {
    const stop = refused() ?? state.failure;
    if (stop !== undefined) throw stop;
  };
  for await (const chunk of chunks) {
    const woken = turn.promise;
    const more = reader.write(chunk);
    check();
    if (!more) await woken;
    check();
  }
  reader.end();
  for (check(); !state.done; check()) await turn.promise;
  check();
}

/** @throws ArtifactRefused, LimitExceeded; writes nothing. */
async function inspect(file: FileHandle, digest: Digest | undefined, limits: ArchiveLimits): Promise<void> {
  const rules = createEntryRules(limits);
  let refusal: unknown;
  const look = (entry: ReadEntry): void => {
    const path = plainPath(entry.path);
    if (path === '' || path === '.') {
      if (entry.type !== 'Directory') throw new ArtifactRefused(`The archive holds a ${entry.type} in the place of its own folder. Make it again.`, {});
      return;
    }
    const kind = KINDS[entry.type];
    if (kind === undefined) throw new ArtifactRefused(`The archive entry ${JSON.stringify(entry.path.slice(0, 300))} is a ${entry.type}; only files, folders and symlinks are unpacked. Leave it out of the artifact.`, { path: entry.path.slice(0, 300), type: entry.type });
    rules.add(path, kind, entry.size, entry.linkpath);
  };
  const parser = new Parser({
    strict: true,
    filter: (_path, entry) => {
      try {
        if (refusal === undefined) look(entry as ReadEntry);
      } catch (error) {
        refusal = error;
      }
      return false;
    },
  });
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    if (entry.meta) refusal ??= new ArtifactRefused('The archive has an extended header over 1 MiB. Make it again.', {});
  });
  await feed(chunksOf(file, digest), parser, 'end', () => refusal);
  rules.finish();
}

async function write(file: FileHandle, digest: Digest | undefined, directory: string): Promise<void> {
  const unpack = new Unpack({
    cwd: directory,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    // Set-user-id bits and odd permissions of a foreign archive never reach the disk.
    filter: (_path, entry) => {
      const header = entry as ReadEntry;
      header.mode = header.type === 'Directory' || ((header.mode ?? 0) & 0o100) !== 0 ? 0o755 : 0o644;
      return true;
    },
  });
  await feed(chunksOf(file, digest), unpack, 'close', () => undefined);
}

/** An archive reader's complaint as a refusal; our own errors and the system's as they are. */
function archiveFault(error: unknown): unknown {
  if (error instanceof SlipwayError) return error;
  const fault = diskFault(error, 'unpack the archive');
  if (fault instanceof LimitExceeded) return fault;
  const code = codeOf(error) ?? '';
  if (!/^(?:TAR_|Z_)/.test(code)) return error;
  return new ArtifactRefused(`The archive cannot be read: ${String((error as { message?: unknown }).message)}. Make it again.`, { code }, { cause: error });
}

async function checkEmpty(directory: string): Promise<void> {
  const found = await readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  if (found.length > 0) throw new InvalidInput(`The folder ${directory} is not empty (it holds ${JSON.stringify(found[0])}), so nothing was unpacked into it. Give an empty or a new one.`, { directory });
}

/**
 * Unpacks a tar, compressed or not, into an empty or new folder: all of it or nothing. It is written to a hidden folder next to
 * it (`.<name>.<random>.unpacking`) and renamed at the end, so a killed process never leaves half a tree under the final name.
 * @throws ArtifactRefused (digest, or an entry; the message names it), LimitExceeded (limits, disk full), InvalidInput (folder not empty)
 */
export async function extractArchive(archive: { path: string; digest?: Digest }, directory: string, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<void> {
  await checkEmpty(directory);
  const staging = join(dirname(directory), `.${basename(directory)}.${randomBytes(6).toString('hex')}.unpacking`);
  const file = await open(archive.path, 'r');
  try {
    if ((await file.stat()).size > limits.bytes) throw new LimitExceeded(`The archive is larger than ${limits.bytes} bytes, so it was not unpacked. Make it smaller.`, { bytes: limits.bytes });
    await inspect(file, archive.digest, limits);
    await mkdir(staging, { recursive: true, mode: 0o755 });
    await write(file, archive.digest, staging);
    await rename(staging, directory);
  } catch (error) {
    await rm(staging, { recursive: true, force: true, maxRetries: 5 });
    throw archiveFault(error);
  } finally {
    await file.close();
  }
}
