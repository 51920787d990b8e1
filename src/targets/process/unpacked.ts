/** Artifacts, unpacked once per digest, read-only, and shared by all instances that run them. */
import { renameSync } from 'node:fs';
import { access, chmod, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/ids.ts';
import type { ArtifactStore } from '../../ports/artifacts.ts';
import type { Ids } from '../../ports/clock.ts';

const WRITE_BITS = 0o222;
const PARTIAL = '.partial-';

export interface Unpacked {
  /** The artifact's folder. @throws NotFound, ArtifactRefused, or the error of the file system */
  ensure(digest: Digest): Promise<string>;
  /** Removes those that nobody uses, but for the newest few, and halves of unpackings that were cut off. Never rejects. */
  sweep(inUse: () => ReadonlySet<Digest>): Promise<void>;
}

const folderOf = (digest: Digest) => digest.slice('sha256:'.length);
const present = (path: string) => access(path).then(() => true, () => false);

/** Sets or clears the write bits of all files and folders under a folder, and of itself. Links are left: their mode means nothing. */
async function setWritable(directory: string, writable: boolean): Promise<void> {
  const { mode } = await stat(directory);
  if (writable) await chmod(directory, mode | 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await setWritable(path, writable);
    else if (entry.isFile() && !writable) await chmod(path, (await stat(path)).mode & ~WRITE_BITS);
  }
  if (!writable) await chmod(directory, mode & ~WRITE_BITS);
}

async function removeTree(path: string): Promise<void> {
  await setWritable(path, true);
  await rm(path, { recursive: true, force: true });
}

async function sweepRoot(root: string, isUsed: (name: string) => boolean, { ids, spare }: { readonly ids: Ids; readonly spare: number }): Promise<void> {
  const unused = (await readdir(root)).filter((name) => !isUsed(name));
  const whole = await Promise.all(unused.filter((name) => !name.includes(PARTIAL)).map(async (name) => ({ name, at: (await stat(join(root, name))).mtimeMs })));
  const old = whole.sort((a, b) => b.at - a.at).slice(spare).map(({ name }) => name);
  for (const name of old) {
    // Looked at again and moved aside in one go: an instance may have begun to want it while others were removed.
    if (isUsed(name)) continue;
    const aside = join(root, `${name}${PARTIAL}${ids.next()}`);
    renameSync(join(root, name), aside);
    await removeTree(aside);
  }
  for (const name of unused) if (name.includes(PARTIAL)) await removeTree(join(root, name));
}

export function createUnpacked(needs: { readonly root: string; readonly artifacts: ArtifactStore; readonly ids: Ids; readonly spare: number }): Unpacked {
  const { root } = needs;
  const underWay = new Map<Digest, Promise<string>>();
  let sweeping: Promise<void> = Promise.resolve();
  const unpack = async (digest: Digest): Promise<string> => {
    const final = join(root, folderOf(digest));
    if (await present(final)) {
      const now = new Date();
      await utimes(final, now, now);
      return final;
    }
    const partial = `${final}${PARTIAL}${needs.ids.next()}`;
    try {
      await mkdir(partial, { recursive: true, mode: 0o755 });
      await needs.artifacts.unpack(digest, partial);
      await setWritable(partial, false);
      await rename(partial, final);
      return final;
    } catch (error) {
      if (await present(partial)) await removeTree(partial);
      throw error;
    }
  };
  return {
    ensure: (digest) => {
      const known = underWay.get(digest);
      if (known !== undefined) return known;
      const work = unpack(digest).finally(() => underWay.delete(digest));
      underWay.set(digest, work);
      return work;
    },
    sweep: (inUse) => {
      // Anywhere in the name: the artifact store unpacks into a hidden folder next to the partial one.
      const isUsed = (name: string) => [...inUse(), ...underWay.keys()].some((digest) => name.includes(folderOf(digest)));
      // One sweep at a time; a failed one leaves its work to the next.
      sweeping = sweeping.then(() => sweepRoot(root, isUsed, needs)).catch(() => undefined);
      return sweeping;
    },
  };
}
