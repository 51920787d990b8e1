/** One bare mirror per repository. A mirror is only a cache: one that turns out damaged is made anew from its origin. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotFound, ProviderUnavailable } from '../../../domain/errors.ts';
import type { CommitId } from '../../../domain/ids.ts';
import { type Git, GitFailed } from './git-process.ts';

/** info/attributes has the last word over a tree's own .gitattributes: every file comes out with exactly its bytes, and no filter (LFS) runs. */
const ATTRIBUTES = '* -export-ignore -export-subst -text -ident -filter -working-tree-encoding\n';

const refOf = (commit: CommitId) => `refs/slipway/${commit}`;

export interface Mirrors {
  /**
   * Runs `use` on the repository's mirror when it holds all the commits, one use per repository at a time.
   * When git fails in `use` or the mirror is damaged, the mirror is made anew and `use` runs once more.
   * @throws NotFound for a commit the repository does not have; ProviderUnavailable when it cannot be reached
   */
  with<T>(repository: string, commits: readonly CommitId[], use: (mirror: string) => Promise<T>): Promise<T>;
}

async function create(git: Git, mirror: string, format: string): Promise<void> {
  // Under another name first: a mirror that was killed half made is never taken for one.
  const making = `${mirror}.${randomBytes(6).toString('hex')}.making`;
  await mkdir(making, { recursive: true, mode: 0o700 });
  await git.run(making, ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, '--initial-branch=none']);
  await mkdir(join(making, 'info'), { recursive: true });
  await writeFile(join(making, 'info', 'attributes'), ATTRIBUTES);
  await rename(making, mirror);
}

/** Removes what a killed git left: locks, which would stop every later one, and half packs. */
async function sweep(mirror: string): Promise<void> {
  const names = await readdir(mirror, { recursive: true });
  const left = names.filter((name) => name.endsWith('.lock') || /(?:^|\/)tmp_[^/]*$/.test(name));
  for (const name of left) await rm(join(mirror, name), { recursive: true, force: true });
}

const exists = (path: string) => stat(path).then(() => true, () => false);

/** Exit code 1 is git's plain "no"; anything else means that the mirror cannot be read. */
async function holds(git: Git, mirror: string, commit: CommitId): Promise<boolean> {
  return git.run(mirror, ['rev-parse', '--verify', '--quiet', `${refOf(commit)}^{commit}`]).then(
    (out) => out.toString('utf8').trim() === commit,
    (error: unknown) => (error instanceof GitFailed && error.exitCode === 1 ? false : Promise.reject(error)),
  );
}

async function fetchCommit(git: Git, mirror: string, repository: string, commit: CommitId, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-gc'];
  try {
    await git.run(mirror, [...fetch, '--depth=1', '--end-of-options', repository, `+${commit}:${refOf(commit)}`], { timeoutMs });
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    await fetchBranches(git, mirror, repository, commit, Math.max(1, Math.ceil(deadline - performance.now())), fetch);
  }
  if (await holds(git, mirror, commit)) return;
  await git.run(mirror, ['update-ref', '-d', refOf(commit)]);
  throw new NotFound(`${commit} is no commit of ${repository}. Push it first, or name a commit.`, { repository, commit });
}

/** Some servers give out only what a branch names: then all branches are fetched, and the commit is looked for among them. */
async function fetchBranches(git: Git, mirror: string, repository: string, commit: CommitId, timeoutMs: number, fetch: readonly string[]): Promise<void> {
  try {
    await git.run(mirror, [...fetch, '--force', '--end-of-options', repository, '+refs/heads/*:refs/branches/*'], { timeoutMs });
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    throw new ProviderUnavailable(`The repository ${repository} could not be fetched: ${error.message}. Check its address and that this machine may read it, then try again.`, { repository }, { cause: error });
  }
  await git.run(mirror, ['update-ref', refOf(commit), commit]).catch((error: unknown) => {
    if (!(error instanceof GitFailed)) throw error;
    throw new NotFound(`The repository ${repository} has no commit ${commit} that can be reached from a branch. Push it first, or name another commit.`, { repository, commit }, { cause: error });
  });
}

/** @param directory mirrors live in it under a hash of their address */
export function createMirrors(directory: string, git: Git, timeoutMs: number): Mirrors {
  const last = new Map<string, Promise<unknown>>();
  const swept = new Set<string>();
  const prepare = async (mirror: string, format: string, repository: string, commits: readonly CommitId[]) => {
    if (!(await exists(mirror))) await create(git, mirror, format);
    if (!swept.has(mirror)) await sweep(mirror);
    swept.add(mirror);
    for (const commit of commits) if (!(await holds(git, mirror, commit))) await fetchCommit(git, mirror, repository, commit, timeoutMs);
  };
  return {
    with(repository, commits, use) {
      const format = commits[0]?.length === 64 ? 'sha256' : 'sha1';
      const mirror = join(directory, `${createHash('sha256').update(`${format} ${repository}`).digest('hex').slice(0, 32)}.git`);
      const once = async () => {
        await prepare(mirror, format, repository, commits);
        return use(mirror);
      };
      const turn = async () => {
        try {
          return await once();
        } catch (error) {
          if (!(error instanceof GitFailed)) throw error;
          await rm(mirror, { recursive: true, force: true, maxRetries: 5 });
        }
        return once().catch((error: unknown) => {
          if (!(error instanceof GitFailed)) throw error;
          throw new ProviderUnavailable(`The copy of ${repository} cannot be read, also after it was fetched anew: ${error.message}. Check the repository with git fsck.`, { repository }, { cause: error });
        });
      };
      const next = (last.get(mirror) ?? Promise.resolve()).then(turn);
      const settled = next.then(() => undefined, () => undefined);
      last.set(mirror, settled);
      void settled.then(() => (last.get(mirror) === settled ? last.delete(mirror) : undefined));
      return next;
    },
  };
}
