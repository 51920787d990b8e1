/** Runs of the git host's own CI, and services that are released only after one has succeeded. */
import * as z from 'zod';
import type { CommitId } from './ids.ts';

/** The file that a workflow is written in, with its folders or without. */
const WorkflowFile = z.string().max(300).regex(/^(?:[A-Za-z0-9_.-][A-Za-z0-9_. -]*\/)*[A-Za-z0-9_.-][A-Za-z0-9_. -]*\.ya?ml$/, 'the file of a workflow, such as ci.yml or .github/workflows/ci.yml');

/** In a manifest: a push waits for a run of this workflow of its commit. */
export const ReleaseAfter = z.strictObject({
  workflow: WorkflowFile.meta({ description: 'The workflow\'s file, with its folders or without: of GitHub Actions such as `ci.yml`, of GitLab `.gitlab-ci.yml`, which stands for the project\'s pipeline.', examples: ['ci.yml'] }),
});
export type ReleaseAfter = z.infer<typeof ReleaseAfter>;

/** One run that has ended, of a commit that is on a branch of the repository itself. */
export const WorkflowRun = z.strictObject({
  /** With its folders. */
  file: z.string().min(1).max(500),
  /** Rises with each run of the workflow; a run that is run again keeps its own. */
  number: z.int().min(0),
  /** In the host's words; `success` is the only good one. */
  conclusion: z.string().min(1).max(100),
});
export type WorkflowRun = z.infer<typeof WorkflowRun>;

export interface BranchCommit {
  readonly repository: string;
  /** Its name, without `refs/heads/`. */
  readonly branch: string;
  readonly commit: CommitId;
}

/** A run that the host was asked for. */
export interface SucceededRun {
  readonly run: WorkflowRun;
  /** Whom the host names as the one who started it. */
  readonly by: string | null;
}

export const succeeded = ({ conclusion }: WorkflowRun): boolean => conclusion === 'success';

/** A name without folders is the file's own. */
export const isNamed = ({ workflow }: ReleaseAfter, { file }: Pick<WorkflowRun, 'file'>): boolean => (workflow.includes('/') ? workflow === file : workflow === file.slice(file.lastIndexOf('/') + 1));
