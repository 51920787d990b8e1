/** Repositories through git (2.32 or newer). */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInput, NotFound } from '../../../domain/errors.ts';
import { CommitId } from '../../../domain/ids.ts';
import type { CommitInfo, ManifestFile, Sources } from '../../../ports/sources.ts';
import { extractArchive } from '../../archive-rules/extract.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../../archive-rules/limits.ts';
import { createGit } from './git-process.ts';
import { createMemo } from '../../source-rules/memo.ts';
import { listHeads } from './list-heads.ts';
import { createMirrors } from './mirrors.ts';
import { type RepositoryScheme, checkRepository } from '../../source-rules/repository-url.ts';
import { commitInfo, differingPaths, readManifests, readOneFile } from './tree.ts';

export interface GitSettings {
  /** Default https and ssh. */
  readonly schemes: readonly RepositoryScheme[];
  /** For one call of git, with all it starts. */
  readonly timeoutMs: number;
  readonly checkout: ArchiveLimits;
  readonly environment: Readonly<Record<string, string>>;
  readonly configuration: Readonly<Record<string, string>>;
}

export interface GitSourcesOptions {
  readonly directory: string;
  readonly settings?: Partial<GitSettings>;
}

const DEFAULTS: GitSettings = { schemes: ['https', 'ssh'], timeoutMs: 60_000, checkout: ARCHIVE_LIMITS, environment: {}, configuration: {} };

/**
 * Sources over bare mirrors in `directory`; one process at a time uses the folder.
 * Hooks, filters (LFS), submodules and a repository's own configuration never take effect.
 * @throws from every call: InvalidInput or Forbidden for an address that is refused, NotFound, ProviderUnavailable
 */
export function createGitSources({ directory, settings = {} }: GitSourcesOptions): Sources {
  const options = { ...DEFAULTS, ...settings };
  const git = createGit({ ...options, directory });
  const mirrors = createMirrors(directory, git, options.timeoutMs);
  const archives = join(directory, 'archives');
  mkdirSync(archives, { recursive: true, mode: 0o700 });
  for (const left of readdirSync(archives)) rmSync(join(archives, left), { force: true });
  const use = async <T>(repository: string, commits: readonly CommitId[], action: (mirror: string) => Promise<T>): Promise<T> => {
    checkRepository(repository, options.schemes);
    const bad = commits.find((commit) => !CommitId.safeParse(commit).success);
    if (bad !== undefined) throw new InvalidInput(`${JSON.stringify(String(bad).slice(0, 100))} is no commit id. Give all 40 or 64 hexadecimal digits.`, {});
    return mirrors.with(repository, commits, action);
  };
  const has = (repository: string, commit: CommitId) =>
    use(repository, [commit], async () => true).catch((error: unknown) => (error instanceof NotFound ? false : Promise.reject(error)));
  // What a commit holds never changes, so pushes of many services, and redeliveries, ask git once.
  const infos = createMemo<CommitInfo>();
  const files = createMemo<readonly ManifestFile[]>();
  const differences = createMemo<readonly string[] | null>();
  return {
    fetch: (repository, commit) => infos([repository, commit], () => use(repository, [commit], (mirror) => commitInfo(git, mirror, commit))),
    manifests: (repository, commit) => files([repository, commit], () => use(repository, [commit], (mirror) => readManifests(git, mirror, commit))),
    file: (repository, commit, path, limitBytes) => use(repository, [commit], (mirror) => readOneFile(git, mirror, commit, path, limitBytes)),
    changedPaths: (repository, before, after) => differences([repository, before, after], async () => {
      const known = !/^0+$/.test(before) && before.length === after.length && (await has(repository, before));
      const commits = known ? [before, after] : [after];
      return use(repository, commits, async (mirror) => (known ? differingPaths(git, mirror, before, after) : null));
    }),
    async heads(repository) {
      checkRepository(repository, options.schemes);
      return listHeads(git, directory, repository);
    },
    async checkout(repository, commit, target) {
      const archive = join(archives, randomBytes(12).toString('hex'));
      try {
        await use(repository, [commit], (mirror) => git.runToFile(mirror, ['archive', '--format=tar', commit], archive, options.checkout.bytes));
        await extractArchive({ path: archive }, target, options.checkout);
      } finally {
        await rm(archive, { force: true });
      }
    },
  };
}
