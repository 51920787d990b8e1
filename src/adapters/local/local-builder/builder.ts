/** Builds on this machine: child processes with an environment of their own, so many at a time, repeated after a crash. */
import { realpathSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildFinished, BuildOutcome, Builder } from '../../../ports/builder.ts';
import { keyOf } from '../child-processes/job-records.ts';
import { createJobRunner } from '../child-processes/job-runner.ts';
import { type BuildNeeds, runBuild } from './outcome.ts';
import { BUILD_JOB } from './record.ts';
import { LOCAL_BUILDER_DEFAULTS, type LocalBuilderSettings } from './settings.ts';

export interface LocalBuilderOptions extends Omit<BuildNeeds, 'settings'> {
  readonly directory: string;
  /** May be called again for an outcome that it was given before a crash. A final error of its own ends the calls. */
  readonly onFinished: (finished: BuildFinished) => Promise<void>;
  readonly settings?: Partial<LocalBuilderSettings>;
}

export interface LocalBuilder extends Builder {
  /**
   * Ends what the last control plane's builds have left, begins the unfinished ones again, reports outcomes that were not yet
   * taken. `start` and `cancel` wait for it; a second call is the same one.
   * @throws InvalidInput for a record that cannot be read
   */
  recover(): Promise<void>;
  /** Ends the running builds without an outcome; the next `recover` begins them again. */
  close(): Promise<void>;
}

/** One control plane at a time uses the folder. */
export function createLocalBuilder({ directory, onFinished, settings: given, ...needs }: LocalBuilderOptions): LocalBuilder {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const logs = join(realpathSync(directory), 'logs');
  const settings = { ...LOCAL_BUILDER_DEFAULTS, ...given };
  /** The outcome of a build that did not run. */
  const ended = (step: 'cancelled' | 'checkout' | 'build', message: string): BuildOutcome => ({ status: 'failed', step, message, log: null, tail: '', startedAt: needs.clock.now(), seconds: 0 });
  return createJobRunner({
    ...BUILD_JOB,
    directory,
    folders: ['logs'],
    parallel: settings.parallel,
    restartsMax: settings.restartsMax,
    run: (turn) => runBuild({ ...needs, settings }, { ...turn, logPath: join(logs, keyOf(turn.request.build)) }),
    onFinished: (request, outcome) => onFinished({ request, outcome }),
    unable: (error) => ended('checkout', `The build could not begin: ${String(error)}. Look at the disk and the rights of the builder's folder, then push again.`),
    gaveUp: (deaths) => ended('build', `The control plane died ${deaths} times while this build ran, so it is not begun again. Look whether the build uses up the machine's memory, then push again.`),
    cancelled: () => ended('cancelled', 'The build was cancelled before it began. Start it again when it is wanted.'),
  });
}
