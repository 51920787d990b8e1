/** Git hosts as somebody to tell, and, where a webhook was lost, to ask: statuses of commits, deployments, plans on pull requests. Adapters: src/adapters/git-hosts, one for each kind. */
import type { GitHostEntry } from '../domain/git-host-entry.ts';
import type { HostDeployment, HostStatus } from '../domain/host-facts.ts';
import type { BranchCommit, SucceededRun } from '../domain/workflow.ts';

/**
 * @throws from every call: ProviderUnavailable while the host does not answer, fails, or asks to wait (evidence.retryAfterSeconds);
 * Forbidden, NotFound or InvalidInput for what it will refuse again, in its own words
 */
export interface GitHostApi {
  /** Takes the place of the status with the same context. Saying the same again changes nothing that people see. */
  status(status: HostStatus): Promise<void>;
  /**
   * Says how a deployment is now; makes it when the host has none. Null: this kind of host knows no deployments.
   * @param known the host's own id, where it was answered before; otherwise it is looked for first, so that a crash makes no second one
   * @returns the host's own id
   */
  readonly deployment: ((deployment: HostDeployment, known: string | null) => Promise<string>) | null;
  /**
   * Shows a text, which begins with PLAN_MARKER, on a pull request: one comment, in place of what it said before. Null: this kind of host is not told.
   * @param known the host's own id of the comment; otherwise, and where that one is gone, ours is looked for first
   * @returns the host's own id
   */
  readonly comment: ((comment: PullRequestComment, known: string | null) => Promise<string>) | null;
  /** Runs of the host's CI that have succeeded for a commit on a branch of the repository itself, as its webhook would tell of them. Null: this kind of host is not asked. */
  readonly runs: ((of: BranchCommit) => Promise<readonly SucceededRun[]>) | null;
}

export interface PullRequestComment {
  readonly repository: string;
  readonly number: number;
  readonly text: string;
}

export interface GitHosts {
  /** @throws NotFound naming the secret that is not there, at its calls */
  api(entry: GitHostEntry): GitHostApi;
}
