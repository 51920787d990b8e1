/** What a commit holds, read from a mirror. */
import { InvalidManifest, LimitExceeded } from '../../../domain/errors.ts';
import type { CommitId } from '../../../domain/ids.ts';
import type { CommitInfo, ManifestFile } from '../../../ports/sources.ts';
import { type Git, GitFailed } from './git-process.ts';

export const MANIFEST_NAME = 'slipway.yaml';
export const MANIFESTS_MAX = 500;
export const MANIFEST_BYTES_MAX = 256 * 1024;
/** About a million paths. */
const LISTING_BYTES = 128 * 1024 * 1024;

/** The author by mail address, which has no spaces; `committedAt` in milliseconds. */
export async function commitInfo(git: Git, mirror: string, commit: CommitId): Promise<CommitInfo> {
  const out = await git.run(mirror, ['show', '--no-patch', '--no-show-signature', '--no-color', '--format=%ae%x00%an%x00%ct%x00%s', commit]);
  const [mail = '', name = '', seconds = '', subject = ''] = out.toString('utf8').split('\0');
  const author = [mail, name].map((text) => text.replaceAll(/[\s\p{C}]+/gu, '-').slice(0, 100)).find((text) => text !== '') ?? 'unknown';
  return { commit, author, committedAt: Number.parseInt(seconds, 10) * 1000, subject: subject.trim().slice(0, 500) };
}

interface Listed {
  readonly path: string;
  readonly object: string;
}

function manifestEntry(line: string): Listed | undefined {
  const tab = line.indexOf('\t');
  const path = line.slice(tab + 1);
  if (path !== MANIFEST_NAME && !path.endsWith(`/${MANIFEST_NAME}`)) return undefined;
  const [mode, kind, object = '', size] = line.slice(0, tab).split(/ +/);
  if (kind !== 'blob' || mode === '120000') throw new InvalidManifest(`${path} is not a file but a ${mode === '120000' ? 'symlink' : kind}. Put the manifest itself there.`, { issues: [{ path }] });
  if (Number(size) > MANIFEST_BYTES_MAX) throw new InvalidManifest(`${path} has ${size} bytes; a manifest has at most ${MANIFEST_BYTES_MAX}. Make it shorter.`, { issues: [{ path }] });
  return { path, object };
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

/** @throws InvalidManifest for one that is no file, too large, or not UTF-8; LimitExceeded for more than 500 */
export async function readManifests(git: Git, mirror: string, commit: CommitId): Promise<readonly ManifestFile[]> {
  const listing = await git.run(mirror, ['ls-tree', '-r', '-z', '-l', '--full-tree', commit], { maxBytes: LISTING_BYTES });
  const entries = listing.toString('utf8').split('\0').flatMap((line) => manifestEntry(line) ?? []);
  if (entries.length > MANIFESTS_MAX) throw new LimitExceeded(`The commit has ${entries.length} manifests; at most ${MANIFESTS_MAX} are read. Divide the repository.`, { commit, manifests: entries.length });
  if (entries.length === 0) return [];
  const maxBytes = entries.length * (MANIFEST_BYTES_MAX + 200);
  const blobs = blobsOf(await git.run(mirror, ['cat-file', '--batch'], { input: entries.map((entry) => `${entry.object}\n`).join(''), maxBytes }));
  return entries.map(({ path }, index) => {
    const bytes = blobs[index] ?? Buffer.alloc(0);
    const text = bytes.toString('utf8');
    if (!Buffer.from(text).equals(bytes)) throw new InvalidManifest(`${path} is not UTF-8 text. Save it as UTF-8.`, { issues: [{ path }] });
    return { path, text };
  });
}

/** Renames count as a removal and an addition, so both places show. */
export async function differingPaths(git: Git, mirror: string, before: CommitId, after: CommitId): Promise<readonly string[]> {
  const out = await git.run(mirror, ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', before, after], { maxBytes: LISTING_BYTES });
  return out.toString('utf8').split('\0').filter((path) => path !== '');
}
