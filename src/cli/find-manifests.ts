/** Every `slipway.yaml` below a folder, as `slipway validate` checks them. */
import { join, relative, sep } from 'node:path';
import { CliError, EXIT } from './exit.ts';
import type { Files } from './needs.ts';

export const MANIFEST = 'slipway.yaml';
/** Never searched: other people's code, and what tools made. */
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn', '.slipway']);
const FOLDERS_MAX = 50_000;
const IGNORE_BYTES_MAX = 256 * 1024;
/** A line of .gitignore that names a folder, without patterns: the others decide about files, which are cheap to look at. */
const PLAIN_FOLDER = /^\/?([^\s/*?[\]!#\\]+)\/?$/;

export interface FoundManifest {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** Of a push a link would be refused, so here it is no more than found. */
  readonly isLink: boolean;
}

/** In the order of their paths. Symbolic links are not followed. @throws CliError when there are too many folders */
export async function findManifests(files: Files, root: string): Promise<FoundManifest[]> {
  const found: FoundManifest[] = [];
  const waiting = [root];
  for (let looked = 0; waiting.length > 0; looked += 1) {
    if (looked >= FOLDERS_MAX) throw new CliError(EXIT.failed, `${root} has more than ${FOLDERS_MAX} folders. Name a part of it: slipway validate PATH`);
    const folder = waiting.pop() ?? root;
    const entries = await files.entries(folder);
    const ignored = entries.some((entry) => entry.name === '.gitignore' && entry.kind === 'file') ? ignoredFolders(await files.read(join(folder, '.gitignore'), IGNORE_BYTES_MAX)) : null;
    for (const { name, kind } of entries) {
      if ((kind === 'file' || kind === 'link') && name === MANIFEST) found.push({ path: relative(root, join(folder, name)).split(sep).join('/'), isLink: kind === 'link' });
      if (kind === 'directory' && !SKIPPED.has(name) && ignored?.has(name) !== true) waiting.push(join(folder, name));
    }
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

const ignoredFolders = (text: string | null): Set<string> => new Set((text ?? '').split(/\r?\n/).flatMap((line) => PLAIN_FOLDER.exec(line.trim())?.[1] ?? []));
