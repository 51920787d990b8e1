import { ARCHIVE_LIMITS, type ArchiveLimits } from '../../archive-rules/limits.ts';

export interface LocalBuilderSettings {
  /** Builds at a time; the others wait in the order of their start. */
  readonly parallel: number;
  readonly logBytes: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** A build's time limit is at most this, whatever its manifest says. */
  readonly timeoutMsMax: number;
  /** Times a build is begun again after its control plane died. */
  readonly restartsMax: number;
  /** Where commands are looked for, after the folder of the running Node. */
  readonly path: string;
  /** Further variables of every build, such as a proxy's. They are no secrets: a build may print them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly artifact: ArchiveLimits;
}

export const LOCAL_BUILDER_DEFAULTS: LocalBuilderSettings = {
  parallel: 2,
  logBytes: 10 * 1024 * 1024,
  graceMs: 5000,
  timeoutMsMax: 6 * 3600 * 1000,
  restartsMax: 3,
  path: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
  environment: {},
  artifact: ARCHIVE_LIMITS,
};
