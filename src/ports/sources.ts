/** Repositories: what a commit holds, and what changed. Adapter: git. */
import type { CommitId } from '../domain/ids.ts';

/** `path` is in the repository, for example `services/catalog/slipway.yaml`. */
export type ManifestFile =
  | { readonly path: string; readonly text: string }
  /** It cannot be read, and why, for whoever wrote it: a link, a submodule, too large, not UTF-8. The other manifests of the commit can. */
  | { readonly path: string; readonly problem: string };

export interface CommitInfo {
  readonly commit: CommitId;
  readonly author: string;
  readonly committedAt: number;
  readonly subject: string;
}

export interface Sources {
  /** Makes the commit available. @throws ProviderUnavailable, NotFound */
  fetch(repository: string, commit: CommitId): Promise<CommitInfo>;
  /** Every slipway.yaml of the commit. @throws LimitExceeded for more than 500 */
  manifests(repository: string, commit: CommitId): Promise<readonly ManifestFile[]>;
  /** One file's text. @throws NotFound, InvalidInput for a link, a submodule or what is not UTF-8, LimitExceeded over `limitBytes` */
  file(repository: string, commit: CommitId, path: string, limitBytes: number): Promise<string>;
  /** Paths that differ between two commits; null when `before` is not known (a first push, a forced one): treat all as changed. */
  changedPaths(repository: string, before: CommitId, after: CommitId): Promise<readonly string[] | null>;
  /** Its branches by name, with the commit that each is at now. @throws LimitExceeded for a list of more than 4 MiB */
  heads(repository: string): Promise<ReadonlyMap<string, CommitId>>;
  /** The exact tree of the commit, without .git, into an empty folder. */
  checkout(repository: string, commit: CommitId, directory: string): Promise<void>;
}
