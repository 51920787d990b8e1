import type { ReplayLimits } from '../domain/replay/limits.ts';

/** Numbers of the installation that use cases go by; read once, from the configuration. */
export interface Settings {
  /** Between two looks at whether the environment is free, at first (src/domain/queue-wait.ts). */
  readonly queuePollSeconds: number;
  /** From a launch to the first look at what starts. */
  readonly settleFirstSeconds: number;
  /** The shortest and the longest wait between two looks after that; between them a wait is a quarter of what was waited already. */
  readonly settleShortestSeconds: number;
  readonly settleLongestSeconds: number;
  /** Between two looks of the watch while an approval waits. */
  readonly watchSeconds: number;
  /** A repair that goes on longer than this is taken over. */
  readonly repairLeaseSeconds: number;
  /** Between two looks at the branches of all repositories. Absent: five minutes. */
  readonly sweepSeconds?: number;
  /** Places that one part of a pass takes, where the process that makes it does other work beside it. Absent: as many as an observe call takes. */
  readonly placesAtOnce?: number;
  /** An event is given when it is this old, where several processes write. Absent: at once. */
  readonly eventsSettleMs?: number;
  /** For so long a relay keeps others from the same subscriber, where several processes relay. Absent: one does. */
  readonly relayLeaseSeconds?: number;
  /** The program that replays requests, as an argument list. Absent: the function that runs tests does, within `replaysHere`. */
  readonly replayProgram?: readonly string[];
  /** What one replay may be where no program of its own does it. */
  readonly replaysHere?: ReplayLimits;
  /** Where people reach the API and console, for links. */
  readonly publicUrl: string | null;
  /** Where people open a trace: an address with `{traceId}` in it, or `{xrayId}` for the id as X-Ray writes it. Absent: nobody has said. */
  readonly traceUrl?: string | undefined;
}
