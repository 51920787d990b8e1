/** Runs a manifest's command (a test, a gate) against a placed release, and answers its task token. Adapters: a child process, CodeBuild. */
import type { CommitId, Digest } from '../domain/ids.ts';

export interface CommandRun {
  /** The same id again while it runs changes nothing. */
  readonly id: string;
  /** Where the command's files come from: the exact commit, or, for a release without one, the artifact. */
  readonly repository: string | null;
  readonly commit: CommitId | null;
  readonly digest: Digest;
  /** The folder of the manifest in the repository, '' for its root. */
  readonly folder: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Stored files that are put beside, in the folder that SLIPWAY_INPUTS names. */
  readonly inputs?: readonly { readonly name: string; readonly digest: Digest }[] | undefined;
}

export interface CommandOutcome {
  readonly passed: boolean;
  readonly seconds: number;
  /** How it ended in a sentence, and the end of its output. */
  readonly detail: string;
}

export interface CommandRunner {
  /** Returns at once; the token is answered with a CommandOutcome when the command has ended or its time is up. */
  start(run: CommandRun, token: string): Promise<void>;
  /** Ends every command that waits or runs and whose id begins so; each answers that it was cancelled. @returns how many */
  cancel(idPrefix: string): Promise<number>;
}
