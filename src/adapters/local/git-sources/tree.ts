/** What a commit holds, read from a mirror. */
import type { CommitId } from '../../../domain/ids.ts';
import type { CommitInfo, ManifestFile } from '../../../ports/sources.ts';
import { commitInfoOf } from '../../source-rules/commit-info.ts';
import { demandCount, isManifestPath, MANIFEST_BYTES_MAX, manifestOf, noFile, tooLarge } from '../../source-rules/manifest-files.ts';
import { demandBytes, demandPlainFile, plainText } from '../../source-rules/one-file.ts';
import { type Git, GitFailed } from './git-process.ts';

/** About a million paths. */
const LISTING_BYTES = 128 * 1024 * 1024;

export async function commitInfo(git: Git, mirror: string, commit: CommitId): Promise<CommitInfo> {
  const out = await git.run(mirror, ['show', '--no-patch', '--no-show-signature', '--no-color', '--format=%ae%x00%an%x00%ct%x00%s', commit]);
  const [mail = '', name = '', seconds = '', subject = ''] = out.toString('utf8').split('\0');
  return commitInfoOf(commit, { mail, name, seconds, subject });
}

interface Listed {
  readonly path: string;
  readonly object: string;
  /** Of one that is not read. */
  readonly unread: ManifestFile | undefined;
}

function manifestEntry(line: string): Listed | undefined {
  const tab = line.indexOf('\t');
  const path = line.slice(tab + 1);
  if (!isManifestPath(path)) return undefined;
  const [mode, kind, object = '', size] = line.slice(0, tab).split(/ +/);
  return { path, object, unread: mode === '120000' ? noFile(path, 'symlink') : kind === 'blob' ? tooLarge(path, Number(size)) : noFile(path, 'submodule') };
}

/** Cuts the answer of `cat-file --batch` into the contents: a line `<object> blob <size>`, so many bytes, a newline. */
function blobsOf(out: Buffer): readonly Buffer[] {
  const blobs: Buffer[] = [];
  for (let at = 0; at < out.length; ) {
    const lineEnd = out.indexOf(0x0a, at);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(out.toString('latin1', at, lineEnd))?.[1];
    if (size === undefined) throw new GitFailed('cat-file', undefined, out.toString('utf8', at, lineEnd));
    const end = lineEnd + 1 + Number(size);
    blobs.push(out.subarray(lineEnd + 1, end));
    at = end + 1;
  }
  return blobs;
}

/** @throws LimitExceeded for more than 500 */
export async function readManifests(git: Git, mirror: string, commit: CommitId): Promise<readonly ManifestFile[]> {
  const listing = await git.run(mirror, ['ls-tree', '-r', '-z', '-l', '--full-tree', commit], { maxBytes: LISTING_BYTES });
  const entries = listing.toString('utf8').split('\0').flatMap((line) => manifestEntry(line) ?? []);
  demandCount(commit, entries.length);
  const wanted = entries.filter(({ unread }) => unread === undefined);
  if (wanted.length === 0) return entries.flatMap(({ unread }) => unread ?? []);
  const maxBytes = wanted.length * (MANIFEST_BYTES_MAX + 200);
  const blobs = blobsOf(await git.run(mirror, ['cat-file', '--batch'], { input: wanted.map((entry) => `${entry.object}\n`).join(''), maxBytes }));
  const texts = new Map(wanted.map((entry, index) => [entry, blobs[index] ?? Buffer.alloc(0)]));
  return entries.map((entry) => entry.unread ?? manifestOf(entry.path, texts.get(entry) ?? Buffer.alloc(0)));
}

/** @throws NotFound, InvalidInput, LimitExceeded; the path is no pattern */
export async function readOneFile(git: Git, mirror: string, commit: CommitId, path: string, limitBytes: number): Promise<string> {
  // No tree has such a name, and git takes it for a place outside.
  if (path.split('/').some((part) => part === '..' || part === '.')) demandPlainFile(path, undefined);
  const listing = await git.run(mirror, ['--literal-pathspecs', 'ls-tree', '-z', '-l', '--full-tree', commit, '--', path]);
  const line = listing.toString('utf8').split('\0').find((one) => one.slice(one.indexOf('\t') + 1) === path);
  const [mode, kind, object = '', size] = line?.slice(0, line.indexOf('\t')).split(/ +/) ?? [];
  demandPlainFile(path, line === undefined ? undefined : mode === '120000' ? 'symlink' : kind === 'blob' ? 'file' : kind === 'tree' ? 'folder' : 'submodule');
  demandBytes(path, Number(size), limitBytes);
  const [blob = Buffer.alloc(0)] = blobsOf(await git.run(mirror, ['cat-file', '--batch'], { input: `${object}\n`, maxBytes: limitBytes + 200 }));
  return plainText(path, blob);
}

/** Renames count as a removal and an addition, so both places show. */
export async function differingPaths(git: Git, mirror: string, before: CommitId, after: CommitId): Promise<readonly string[]> {
  const out = await git.run(mirror, ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', before, after], { maxBytes: LISTING_BYTES });
  return out.toString('utf8').split('\0').filter((path) => path !== '');
}
