/** What an archive may hold, the same rules for what we pack and what we unpack. Paths are relative, with `/`. */
import { ArtifactRefused, LimitExceeded } from '../../domain/errors.ts';
import { type ArchiveLimits, PATH_BYTES_MAX } from './limits.ts';

/** Linux follows at most this many links in one path (path_resolution(7)). */
const LINK_HOPS_MAX = 40;

export type EntryKind = 'file' | 'folder' | 'link';

/** On a file system that folds case, two spellings are one file; links must be found under both. */
const fold = process.platform === 'darwin' ? (path: string) => path.normalize('NFD').toLowerCase() : (path: string) => path;

/**
 * Whether a symlink, followed component by component as the system would, ends or passes outside the folder. Text alone does
 * not tell: in `a/b/..`, `a/b` may itself be a link. `links` maps each link's path to its target, keys as `linkKey` makes them.
 */
export function leavesFolder(links: ReadonlyMap<string, string>, link: string): boolean {
  const pending = link.split('/');
  const at: string[] = [];
  for (let hops = 0; pending.length > 0; ) {
    const part = pending.shift() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return true;
      continue;
    }
    const target = links.get(linkKey([...at, part].join('/')));
    if (target === undefined) {
      at.push(part);
      continue;
    }
    hops += 1;
    if (hops > LINK_HOPS_MAX || target.startsWith('/')) return true;
    pending.unshift(...target.split('/'));
  }
  return false;
}

export const linkKey = (path: string): string => fold(path);

const refuse = (path: string, why: string, next: string): never => {
  throw new ArtifactRefused(`The archive entry ${JSON.stringify(path.slice(0, 300))} is refused: ${why}. ${next}`, { path: path.slice(0, 300) });
};

function checkPath(path: string): void {
  const ask = 'Rename it or leave it out of the artifact.';
  if (path.startsWith('/')) refuse(path, 'its path is absolute', ask);
  if (path.split('/').includes('..')) refuse(path, 'its path has a .. that could lead outside the folder', ask);
  if (path.includes('\\') || /^[A-Za-z]:/.test(path)) refuse(path, 'other systems read a backslash or a drive letter in a path', ask);
  if (path.includes('\uFFFD') || path.includes('\0')) refuse(path, 'its name is not UTF-8 text', ask);
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) refuse(path, `its path is longer than ${PATH_BYTES_MAX} bytes`, ask);
}

export interface EntryRules {
  /** Takes the next entry in. @throws ArtifactRefused, LimitExceeded */
  add(path: string, kind: EntryKind, bytes: number, target?: string): void;
  /** Checks what needs all entries: where links lead. @throws ArtifactRefused naming the first link that leaves the folder */
  finish(): void;
}

/** One archive's check. Keeps its entries' paths in memory: at most `limits.entries` of them. */
export function createEntryRules(limits: ArchiveLimits): EntryRules {
  const kinds = new Map<string, EntryKind>();
  const links = new Map<string, string>();
  let entries = 0;
  let total = 0;
  const claimFolders = (path: string) => {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      const kind = kinds.get(linkKey(parent));
      if (kind === 'file' || kind === 'link') refuse(path, `it would be written through the ${kind} ${JSON.stringify(parent)}`, 'Make the artifact again without it.');
      if (kind === undefined) kinds.set(linkKey(parent), 'folder');
    }
  };
  return {
    add(path, kind, bytes, target) {
      entries += 1;
      total += bytes;
      if (entries > limits.entries) throw new LimitExceeded(`The archive holds more than ${limits.entries} entries. Leave files out of the artifact that it does not need to run.`, { entries: limits.entries });
      if (total > limits.bytes) throw new LimitExceeded(`The archive's files are larger than ${limits.bytes} bytes together. Leave files out of the artifact that it does not need to run.`, { bytes: limits.bytes, path });
      checkPath(path);
      claimFolders(path);
      const known = kinds.get(linkKey(path));
      if (known !== undefined && !(known === 'folder' && kind === 'folder')) refuse(path, 'it is there twice', 'Make the artifact again with one of them.');
      kinds.set(linkKey(path), kind);
      if (kind === 'link') links.set(linkKey(path), target ?? '');
    },
    finish() {
      for (const [path, target] of links) if (leavesFolder(links, path)) refuse(path, `it is a symlink to ${JSON.stringify(target.slice(0, 300))}, which leads outside the folder or round in a circle`, 'Replace it by what it points to.');
    },
  };
}
