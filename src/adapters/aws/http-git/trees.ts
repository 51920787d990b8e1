/** Commits and trees as git keeps them; https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
import { LimitExceeded, NotFound, ProviderUnavailable } from '../../../domain/errors.ts';
import type { CommitId } from '../../../domain/ids.ts';
import type { CommitInfo } from '../../../ports/sources.ts';
import { commitInfoOf } from '../../source-rules/commit-info.ts';
import type { Objects } from './pack-file.ts';

export type TreeEntryKind = 'folder' | 'file' | 'program' | 'symlink' | 'submodule';

export interface TreeEntry {
  /** From the root of the repository. */
  readonly path: string;
  readonly kind: TreeEntryKind;
  readonly object: string;
}

/** As many as an archive may have. */
const ENTRIES_MAX = 1_000_000;
const KINDS: Readonly<Record<string, TreeEntryKind>> = { '40000': 'folder', '120000': 'symlink', '160000': 'submodule', '100755': 'program' };

function commitText(objects: Objects, commit: CommitId): string {
  const object = objects.get(commit);
  if (object?.type !== 'commit') throw new NotFound(`There is no commit ${commit} in the repository${object === undefined ? '' : `: that is a ${object.type}`}. Push it first, or name another commit.`, { commit });
  return object.data.toString('utf8');
}

const fieldOf = (text: string, name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(text.split('\n\n', 1)[0] ?? '')?.[1] ?? '';

/** @throws NotFound when the id is no commit's */
export function infoOf(objects: Objects, commit: CommitId): CommitInfo {
  const text = commitText(objects, commit);
  const message = text.slice(text.indexOf('\n\n') + 2).replace(/^\n+/, '');
  const [, name = '', mail = ''] = /^(.*?) ?<([^>]*)>/.exec(fieldOf(text, 'author')) ?? [];
  const seconds = /> (\d+) [+-]\d+$/.exec(fieldOf(text, 'committer'))?.[1] ?? '0';
  return commitInfoOf(commit, { mail, name, seconds, subject: (message.split(/\n\s*\n/, 1)[0] ?? '').replaceAll('\n', ' ') });
}

export const treeOf = (objects: Objects, commit: CommitId): string => fieldOf(commitText(objects, commit), 'tree');

function entriesOf(objects: Objects, tree: string, folder: string): TreeEntry[] {
  const object = objects.get(tree);
  if (object?.type !== 'tree') throw new ProviderUnavailable(`The git host left out the folder ${JSON.stringify(folder)} of the commit. Try again.`, { folder });
  const idBytes = tree.length / 2;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < object.data.length; ) {
    const end = object.data.indexOf(0, at);
    const [mode = '', ...name] = object.data.toString('utf8', at, end).split(' ');
    entries.push({ path: `${folder}${name.join(' ')}`, kind: KINDS[mode] ?? 'file', object: object.data.toString('hex', end + 1, end + 1 + idBytes) });
    at = end + 1 + idBytes;
  }
  return entries;
}

/** Every entry under a tree, folders before what is in them. @throws LimitExceeded over a million */
export function everything(objects: Objects, tree: string): TreeEntry[] {
  const found: TreeEntry[] = [];
  const open: { readonly tree: string; readonly folder: string }[] = [{ tree, folder: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of entriesOf(objects, next.tree, next.folder)) {
      if (found.length >= ENTRIES_MAX) throw new LimitExceeded(`The commit has more than ${ENTRIES_MAX} files and folders, so it was not read. Divide the repository.`, { entries: ENTRIES_MAX });
      found.push(entry);
      if (entry.kind === 'folder') open.push({ tree: entry.object, folder: `${entry.path}/` });
    }
  }
  return found;
}

/** Paths of files that differ, also in mode; folders with the same id are not looked into. A renamed file is in both places. */
export function differingPaths(before: Objects, treeBefore: string | null, after: Objects, treeAfter: string | null, folder = ''): string[] {
  if (treeBefore === treeAfter) return [];
  const old = new Map((treeBefore === null ? [] : entriesOf(before, treeBefore, folder)).map((entry) => [entry.path, entry]));
  const now = new Map((treeAfter === null ? [] : entriesOf(after, treeAfter, folder)).map((entry) => [entry.path, entry]));
  const treeIn = (entry: TreeEntry | undefined): string | null => (entry?.kind === 'folder' ? entry.object : null);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((path) => {
    const [one, other] = [old.get(path), now.get(path)];
    if (one?.object === other?.object && one?.kind === other?.kind) return [];
    const isFile = (entry: TreeEntry | undefined): boolean => entry !== undefined && entry.kind !== 'folder';
    return [...(isFile(one) || isFile(other) ? [path] : []), ...differingPaths(before, treeIn(one), after, treeIn(other), `${path}/`)];
  });
}
