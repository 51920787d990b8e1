/** Repositories over HTTPS without a git program, for functions: reads of a commit only what is asked for. docs/decisions/0011 */
import { InvalidInput, NotFound } from '../../domain/errors.ts';
import { CommitId } from '../../domain/ids.ts';
import type { CommitInfo, ManifestFile, Sources } from '../../ports/sources.ts';
import { demandCount, isManifestPath, manifestOf, noFile, tooLarge } from '../source-rules/manifest-files.ts';
import { demandBytes, demandPlainFile, plainText } from '../source-rules/one-file.ts';
import { createMemo } from '../source-rules/memo.ts';
import { type RepositoryScheme, checkRepository } from '../source-rules/repository-url.ts';
import { type Objects, readPack } from './http-git/pack-file.ts';
import { differingPaths, everything, infoOf, treeOf, type TreeEntry } from './http-git/trees.ts';
import { fetchHeads, fetchPack, type HostSettings, type Wanted } from './http-git/upload-pack.ts';

export interface HttpGitSettings extends HostSettings {
  readonly schemes: readonly RepositoryScheme[];
  /** Of all objects of one commit, in memory. */
  readonly objectBytesMax: number;
}

export interface HttpGitOptions {
  /** Puts a commit's files into an empty or new folder: http-git/checkout.ts, or a refusal where nothing is checked out. */
  readonly place: (objects: Objects, entries: readonly TreeEntry[], directory: string) => Promise<void>;
  readonly settings?: Partial<HttpGitSettings>;
}

const DEFAULTS: HttpGitSettings = { schemes: ['https'], timeoutMs: 60_000, answerBytesMax: 128 * 2 ** 20, objectBytesMax: 256 * 2 ** 20, credential: async () => null };
/** Commits whose folders stay in memory; one push needs two. */
const KEPT_COMMITS = 2;

/**
 * Sources by git's protocol over HTTP. A commit's files are read only for `checkout` and, of them, the manifests and those that `file` names; folders come without
 * what is in the files, where the host can do that. Filters (LFS), submodules and a repository's own configuration never take effect.
 * @throws from every call: InvalidInput or Forbidden for an address that is refused or not allowed to be read, NotFound, NotSupported
 * (a host without version 2 of the protocol), LimitExceeded, ProviderUnavailable
 */
export function createHttpGitSources({ place, settings = {} }: HttpGitOptions): Sources {
  const options = { ...DEFAULTS, ...settings };
  const objectsOf = async (repository: string, commit: CommitId, wanted: Wanted): Promise<Objects> =>
    readPack(await fetchPack(repository, wanted, options), commit.length === 64 ? 'sha256' : 'sha1', options.objectBytesMax);
  const check = (repository: string, commits: readonly CommitId[]): void => {
    checkRepository(repository, options.schemes);
    const bad = commits.find((commit) => !CommitId.safeParse(commit).success);
    if (bad !== undefined) throw new InvalidInput(`${JSON.stringify(String(bad).slice(0, 100))} is no commit id. Give all 40 or 64 hexadecimal digits.`, {});
  };
  // What a commit holds never changes, so pushes of many services, and redeliveries, ask the host once.
  const folders = createMemo<Objects>(KEPT_COMMITS);
  const infos = createMemo<CommitInfo>();
  const files = createMemo<readonly ManifestFile[]>();
  const differences = createMemo<readonly string[] | null>();
  const foldersOf = (repository: string, commit: CommitId): Promise<Objects> => folders([repository, commit], () => objectsOf(repository, commit, { objects: [commit], shallow: true, withoutFiles: true }));

  const readManifests = async (repository: string, commit: CommitId): Promise<readonly ManifestFile[]> => {
    const objects = await foldersOf(repository, commit);
    const entries = everything(objects, treeOf(objects, commit)).filter(({ path, kind }) => kind !== 'folder' && isManifestPath(path));
    demandCount(commit, entries.length);
    const missing = [...new Set(entries.filter(({ kind }) => kind !== 'symlink' && kind !== 'submodule').map(({ object }) => object))].filter((object) => !objects.has(object));
    const fetched: Objects = missing.length === 0 ? objects : await objectsOf(repository, commit, { objects: missing, shallow: false, withoutFiles: false });
    return entries.map(({ path, object, kind }) => {
      if (kind === 'symlink' || kind === 'submodule') return noFile(path, kind);
      const found = objects.get(object) ?? fetched.get(object);
      if (found?.type !== 'blob') throw new NotFound(`The git host left out ${path} of the commit ${commit}. Try again.`, { path, commit });
      return tooLarge(path, found.data.length) ?? manifestOf(path, found.data);
    });
  };

  const readFile = fileReader(foldersOf, objectsOf);

  const changes = async (repository: string, before: CommitId, after: CommitId): Promise<readonly string[] | null> => {
    if (/^0+$/.test(before) || before.length !== after.length) return null;
    const now = await foldersOf(repository, after);
    const old = await foldersOf(repository, before).catch((error: unknown) => (error instanceof NotFound ? null : Promise.reject(error)));
    return old === null ? null : differingPaths(old, treeOf(old, before), now, treeOf(now, after));
  };

  return {
    async fetch(repository, commit) {
      check(repository, [commit]);
      return infos([repository, commit], async () => infoOf(await foldersOf(repository, commit), commit));
    },
    async manifests(repository, commit) {
      check(repository, [commit]);
      return files([repository, commit], () => readManifests(repository, commit));
    },
    async file(repository, commit, path, limitBytes) {
      check(repository, [commit]);
      return readFile(repository, commit, path, limitBytes);
    },
    async changedPaths(repository, before, after) {
      check(repository, [before, after]);
      return differences([repository, before, after], () => changes(repository, before, after));
    },
    async heads(repository) {
      check(repository, []);
      return fetchHeads(repository, options);
    },
    async checkout(repository, commit, target) {
      check(repository, [commit]);
      const objects = await objectsOf(repository, commit, { objects: [commit], shallow: true, withoutFiles: false });
      await place(objects, everything(objects, treeOf(objects, commit)), target);
    },
  };
}

/** Of a file whose contents are not among a commit's folders its own object is fetched. */
function fileReader(foldersOf: (repository: string, commit: CommitId) => Promise<Objects>, objectsOf: (repository: string, commit: CommitId, wanted: Wanted) => Promise<Objects>) {
  return async (repository: string, commit: CommitId, path: string, limitBytes: number): Promise<string> => {
    const objects = await foldersOf(repository, commit);
    const entry = everything(objects, treeOf(objects, commit)).find((one) => one.path === path);
    demandPlainFile(path, entry?.kind === 'program' ? 'file' : entry?.kind);
    const object = entry?.object ?? '';
    const found = objects.get(object) ?? (await objectsOf(repository, commit, { objects: [object], shallow: false, withoutFiles: false })).get(object);
    if (found?.type !== 'blob') throw new NotFound(`The git host left out ${path} of the commit ${commit}. Try again.`, { path, commit });
    demandBytes(path, found.data.length, limitBytes);
    return plainText(path, found.data);
  };
}
