/** A commit's files as an archive, so that they come to the disk by the rules of every archive. */
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderUnavailable } from '../../../domain/errors.ts';
import { diskFault } from '../../archive-rules/disk-fault.ts';
import { BLOCK, type Entry, headerOf } from '../../archive-rules/entry-header.ts';
import { extractArchive } from '../../archive-rules/extract.ts';
import type { HttpGitOptions } from '../http-git-sources.ts';
import type { Objects } from './pack-file.ts';
import type { TreeEntry } from './trees.ts';

function contentOf(objects: Objects, { path, object }: TreeEntry): Buffer {
  const found = objects.get(object);
  if (found?.type !== 'blob') throw new ProviderUnavailable(`The git host left out the file ${JSON.stringify(path)} of the commit. Try again.`, { path });
  return found.data;
}

/** Another repository (a submodule) is an empty folder, as in git archive. */
function partsOf(objects: Objects, entry: TreeEntry): Buffer[] {
  if (entry.kind === 'folder' || entry.kind === 'submodule') return [headerOf({ path: entry.path, kind: 'folder', bytes: 0, mode: 0o755 })];
  const data = contentOf(objects, entry);
  if (entry.kind === 'symlink') return [headerOf({ path: entry.path, kind: 'link', bytes: 0, mode: 0o777, target: data.toString('utf8') })];
  const header: Entry = { path: entry.path, kind: 'file', bytes: data.length, mode: entry.kind === 'program' ? 0o755 : 0o644 };
  return [headerOf(header), data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
}

/** Writes a tar to the new file `path`. */
async function writeArchive(objects: Objects, entries: readonly TreeEntry[], path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(headerOf({ path: '.', kind: 'folder', bytes: 0, mode: 0o755 }));
    for (const entry of entries) for (const part of partsOf(objects, entry)) await file.writeFile(part);
    await file.writeFile(Buffer.alloc(2 * BLOCK));
  } finally {
    await file.close();
  }
}

/** @param scratch a folder for the archive, such as /tmp. @throws what extractArchive throws */
export const placeThrough = (scratch: string): HttpGitOptions['place'] => async (objects, entries, directory) => {
  const archive = join(scratch, `slipway-${randomBytes(12).toString('hex')}.tar`);
  try {
    await writeArchive(objects, entries, archive);
    await extractArchive({ path: archive }, directory);
  } catch (error) {
    throw diskFault(error, 'put a commit\'s files in place');
  } finally {
    await rm(archive, { force: true });
  }
};
