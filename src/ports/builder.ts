/** Builds artifacts: checkout, fast tests, build, pack, store. Adapters: child processes (one machine), CodeBuild. */
import type { CommitId, Digest, Identity, ServiceName } from '../domain/ids.ts';

/** A manifest's `build`. */
export interface BuildRecipe {
  readonly test?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  /** The folder, relative to the manifest's, that becomes the artifact. */
  readonly output: string;
  /** Seconds for the whole build. */
  readonly timeout: number;
}

export interface BuildRequest {
  /** The idempotency key, for example the pipeline's id: [0-9A-Za-z_.:@-], 1 to 128 characters. */
  readonly build: string;
  /** The task token that waits for the outcome. It is given back, never used here, and never shown to the build. */
  readonly token: string;
  readonly service: ServiceName;
  readonly repository: string;
  readonly commit: CommitId;
  /** The manifest's path in the repository; commands run in its folder. */
  readonly manifestPath: string;
  readonly recipe: BuildRecipe;
  readonly version: string;
  readonly provenance: { readonly branch: string | null; readonly author: Identity | null; readonly pusher: Identity | null };
}

export const BUILD_STEPS = ['checkout', 'test', 'build', 'pack'] as const;
export type BuildStep = (typeof BUILD_STEPS)[number];

export type BuildOutcome =
  | { readonly status: 'succeeded'; readonly digest: Digest; readonly bytes: number; readonly log: Digest | null; readonly startedAt: number; readonly seconds: number }
  | {
      readonly status: 'failed';
      /** Where it failed, or why it was ended. */
      readonly step: BuildStep | 'timeout' | 'cancelled';
      readonly message: string;
      /** Null when it ended before there was a log, or the log could not be stored. */
      readonly log: Digest | null;
      /** The log's end, for a person: at most 4 KiB. */
      readonly tail: string;
      readonly startedAt: number;
      readonly seconds: number;
    };

/** `token` is that of the latest start with this build id. */
export interface BuildFinished {
  readonly request: BuildRequest;
  readonly outcome: BuildOutcome;
}

export interface Builder {
  /**
   * Notes the build durably and returns; its outcome comes to `onFinished`, at least once, also after a crash. The same id while
   * the build waits or runs changes nothing but the token; after its end it is built again.
   * @throws InvalidInput
   */
  start(request: BuildRequest): Promise<void>;
  /** Ends a build that waits or runs: its outcome is `cancelled`. @returns whether there was one */
  cancel(build: string): Promise<boolean>;
}
