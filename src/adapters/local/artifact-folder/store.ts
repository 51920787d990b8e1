/** The artifact store of one machine: `<directory>/sha256/<2 digits>/<64 digits>`, read-only files that are never changed. */
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LimitExceeded, NotFound } from '../../../domain/errors.ts';
import { Digest } from '../../../domain/ids.ts';
import type { ArtifactStore } from '../../../ports/artifacts.ts';
import { codeOf, diskFault } from '../../archive-rules/disk-fault.ts';
import { endOfText } from '../../archive-rules/end-of-text.ts';
import { extractArchive } from '../../archive-rules/extract.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../../archive-rules/limits.ts';
import { openRegular } from '../../archive-rules/open-regular.ts';
import { syncFolder } from '../durable-file.ts';

export interface ArtifactFolderOptions {
  readonly directory: string;
  readonly settings?: Partial<ArchiveLimits>;
}

export interface ArtifactFolder extends ArtifactStore {
  /**
   * Removes stored files that are not in `referenced` and were put before `olderThan` (milliseconds since the epoch), and what
   * a killed `put` left. The caller leaves a margin in `olderThan` for artifacts that are stored but not yet recorded.
   * @returns the digests removed
   */
  collect(referenced: ReadonlySet<Digest>, olderThan: number): Promise<readonly Digest[]>;
}

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

async function copyHashed(source: FileHandle, path: string, limit: number): Promise<{ digest: Digest; bytes: number }> {
  const target = await open(path, 'wx', 0o400);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of source.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
      const part = chunk as Buffer;
      bytes += part.length;
      if (bytes > limit) throw new LimitExceeded(`The file is larger than ${limit} bytes, so it was not stored. Make it smaller.`, { bytes: limit });
      hash.update(part);
      await target.writeFile(part);
    }
    await target.sync();
    return { digest: Digest.parse(`sha256:${hash.digest('hex')}`), bytes };
  } finally {
    await target.close();
  }
}

async function tailOf(path: string, limitBytes: number): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, Math.max(0, Math.floor(limitBytes)));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return endOfText(buffer.subarray(0, bytesRead), length < size);
  } finally {
    await handle.close();
  }
}

/** One after the other: a collection must not fall between a put's look and its rename. */
function createTurns(): <T>(action: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const next = last.then(action);
    last = next.catch(() => undefined);
    return next;
  };
}

async function putFile(source: string, incoming: string, limit: number, place: (temporary: string, digest: Digest) => Promise<void>) {
  const from = await openRegular(source);
  const temporary = join(incoming, randomBytes(12).toString('hex'));
  try {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    const stored = await copyHashed(from, temporary, limit);
    await place(temporary, stored.digest);
    return stored;
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskFault(error, `store ${source}`);
  } finally {
    await from.close();
  }
}

async function removeOld(folder: string, olderThan: number, keep: (name: string) => boolean): Promise<readonly string[]> {
  const removed: string[] = [];
  const names = await readdir(folder).catch((error: unknown) => (isMissing(error) ? [] : Promise.reject(error)));
  for (const name of names) {
    if (keep(name)) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found === undefined || !found.isFile() || found.mtimeMs >= olderThan) continue;
    await rm(join(folder, name), { force: true });
    removed.push(name);
  }
  return removed;
}

/**
 * Opens the folder; it is made by the first put. One control plane at a time writes it, any number of its calls at once.
 * `tail` does not check the digest: it serves logs, which nothing runs.
 */
export function createArtifactFolder({ directory, settings = {} }: ArtifactFolderOptions): ArtifactFolder {
  const limits = { ...ARCHIVE_LIMITS, ...settings };
  const inTurn = createTurns();
  const incoming = join(directory, 'incoming');
  const shard = (hex: string) => join(directory, 'sha256', hex.slice(0, 2));
  const pathOf = (digest: Digest) => {
    const hex = Digest.parse(digest).slice('sha256:'.length);
    return join(shard(hex), hex);
  };
  const stored = async (digest: Digest) => {
    const path = pathOf(digest);
    const found = await stat(path).catch((error: unknown) => (isMissing(error) ? undefined : Promise.reject(error)));
    if (found === undefined) throw new NotFound(`There is no artifact ${digest} in the store. Build it again, or register it.`, { digest });
    return path;
  };
  // A rename also over the same digest: it heals a damaged copy and renews the time that `collect` looks at.
  const place = (temporary: string, digest: Digest) =>
    inTurn(async () => {
      await mkdir(dirname(pathOf(digest)), { recursive: true, mode: 0o700 });
      await rename(temporary, pathOf(digest));
      await syncFolder(dirname(pathOf(digest)));
    });
  return {
    put: (path) => putFile(path, incoming, limits.bytes, place),
    has: (digest) => stored(digest).then(() => true, (error: unknown) => (error instanceof NotFound ? false : Promise.reject(error))),
    unpack: async (digest, target) => extractArchive({ path: await stored(digest), digest }, target, limits),
    tail: async (digest, limitBytes) => tailOf(await stored(digest), limitBytes),
    async collect(referenced, olderThan) {
      await removeOld(incoming, olderThan, () => false);
      const removed: Digest[] = [];
      const shards = await readdir(join(directory, 'sha256')).catch((error: unknown) => (isMissing(error) ? [] : Promise.reject(error)));
      for (const name of shards) {
        const gone = await inTurn(() => removeOld(join(directory, 'sha256', name), olderThan, (hex) => referenced.has(`sha256:${hex}` as Digest) || !/^[0-9a-f]{64}$/.test(hex)));
        removed.push(...gone.map((hex) => Digest.parse(`sha256:${hex}`)));
      }
      return removed;
    },
  };
}
