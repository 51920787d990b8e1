/** What can be set about the process target. Durations carry their unit in the name. */

export interface ProcessSettings {
  /** PATH of the instances, after the folder of the Node that runs Slipway. */
  readonly path: string;
  readonly language: string;
  /**
   * Where instances listen. Below the usual ranges for outgoing connections (Linux 32768-60999, macOS 49152-65535): a proxy
   * under load would otherwise now and then hold the very port that an instance is about to bind.
   */
  readonly ports: { readonly from: number; readonly to: number };
  /** A log file that is larger than this is rotated at the next look. */
  readonly logBytesMax: number;
  /** Rotated files kept beside the current one. */
  readonly logFilesKept: number;
  /** Logs of instances that are gone, kept per service and environment. */
  readonly logsArchived: number;
  /** Unpacked artifacts that no instance uses, kept for a quick rollback. */
  readonly artifactsSpare: number;
  readonly parallelStarts: number;
  /** How often an adopted process is looked at: its exit makes no event here. */
  readonly adoptedPollMs: number;
  /** How often memory, processor time and log sizes are measured. */
  readonly sampleMs: number;
  /** More than the limit on average over this long ends an instance, where the supervisor measures. */
  readonly cpuWindowMs: number;
  /** An instance that was healthy for this long has a clean slate again. */
  readonly cleanSlateMs: number;
  /** Where a spawner listens (spawner/serve.ts); absent, or nobody there: this process starts instances itself. */
  readonly spawnerSocket?: string | undefined;
  /** Where instances send their telemetry, and with which token; null: nowhere now. */
  readonly telemetry?: (() => { readonly endpoint: string; readonly token: string } | null) | undefined;
  /** Where instance cgroups are made; absent: found from the cgroup that Slipway runs in. */
  readonly cgroupParent?: string | undefined;
}

export const DEFAULT_SETTINGS: ProcessSettings = {
  path: '/usr/local/bin:/usr/bin:/bin',
  language: 'C.UTF-8',
  ports: { from: 22_000, to: 32_000 },
  logBytesMax: 10 * 1024 * 1024,
  logFilesKept: 3,
  logsArchived: 20,
  artifactsSpare: 3,
  parallelStarts: 16,
  adoptedPollMs: 150,
  sampleMs: 1000,
  cpuWindowMs: 10_000,
  cleanSlateMs: 60_000,
};
