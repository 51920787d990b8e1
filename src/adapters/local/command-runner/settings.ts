export interface CommandRunnerSettings {
  /** Commands at a time; the others wait in the order of their start. */
  readonly parallel: number;
  /** Of a command's output, its end. */
  readonly tailBytes: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** A command's time limit is at most this, whatever its manifest says. */
  readonly timeoutMsMax: number;
  /** Times a command is begun again after its control plane died. */
  readonly restartsMax: number;
  /** Tries to get the files while their provider is not available, and the wait before the second; each later one is twice the one before. */
  readonly fetchTries: number;
  readonly fetchWaitMs: number;
  /** Where commands are looked for, after the folder of the running Node. */
  readonly path: string;
}

export const COMMAND_RUNNER_DEFAULTS: CommandRunnerSettings = {
  parallel: 4,
  tailBytes: 16 * 1024,
  graceMs: 5000,
  timeoutMsMax: 6 * 3600 * 1000,
  restartsMax: 3,
  fetchTries: 3,
  fetchWaitMs: 1000,
  path: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
};
