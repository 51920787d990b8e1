/** Commands of tests and gates on this machine: child processes on fresh files, so many at a time, repeated after a crash. */
import type { CommandOutcome, CommandRunner } from '../../../ports/commands.ts';
import { createJobRunner } from '../child-processes/job-runner.ts';
import type { FileNeeds } from './files.ts';
import { CANCELLED, notRun, runOne } from './outcome.ts';
import { COMMAND_JOB } from './record.ts';
import { COMMAND_RUNNER_DEFAULTS, type CommandRunnerSettings } from './settings.ts';

export interface CommandRunnerOptions extends Omit<FileNeeds, 'settings'> {
  readonly directory: string;
  /** May be called again for an outcome that it was given before a crash. A final error of its own (TokenRefused) ends the calls. */
  readonly answer: (token: string, outcome: CommandOutcome) => Promise<void>;
  readonly settings?: Partial<CommandRunnerSettings>;
}

export interface LocalCommandRunner extends CommandRunner {
  /**
   * Ends what the last control plane's commands have left, runs the unfinished ones again, answers tokens that were not yet
   * answered. `start` waits for it; a second call is the same one.
   * @throws InvalidInput for a record that cannot be read
   */
  recover(): Promise<void>;
  /** Ends the running commands without an outcome; the next `recover` runs them again. */
  close(): Promise<void>;
}

/** One control plane at a time uses the folder. Records in it hold tokens and have mode 0600. */
export function createCommandRunner({ directory, answer, settings: given, ...files }: CommandRunnerOptions): LocalCommandRunner {
  const settings = { ...COMMAND_RUNNER_DEFAULTS, ...given };
  const jobs = createJobRunner({
    ...COMMAND_JOB,
    directory,
    folders: [],
    parallel: settings.parallel,
    restartsMax: settings.restartsMax,
    run: (turn) => runOne({ ...files, settings }, turn),
    onFinished: ({ token }, outcome) => answer(token, outcome),
    unable: (error) => notRun(`The command could not begin: ${String(error)}. Look at the disk and the rights of the runner's folder, then try again.`),
    gaveUp: (deaths) => notRun(`The control plane died ${deaths} times while this command ran, so it is not run again. Look whether the command uses up the machine's memory, then try again.`),
    cancelled: () => notRun(CANCELLED),
  });
  return {
    start: (run, token) => jobs.start({ run, token }),
    async cancel(idPrefix) {
      const ids = (await jobs.ids()).filter((id) => id.startsWith(idPrefix));
      const ended = await Promise.all(ids.map((id) => jobs.cancel(id)));
      return ended.filter(Boolean).length;
    },
    recover: () => jobs.recover(),
    close: () => jobs.close(),
  };
}
