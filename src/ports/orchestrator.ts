/** Runs state machines: Step Functions, or the local engine over the same ASL files. */
import type { HistoryEvent } from '../domain/history-event.ts';
import type { TraceParent } from '../domain/trace/trace-parent.ts';
import { MACHINE_NAMES, type MachineName } from '../domain/machines.ts';

export const MACHINES = MACHINE_NAMES;
export type { MachineName };

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Execution {
  readonly machine: string;
  /** The idempotency key; unique per machine for 90 days. */
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly stoppedAt?: number;
  readonly input: unknown;
  /** The trace that it was started in, where the platform tells. */
  readonly trace?: TraceParent;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

export type { HistoryEvent };

export interface Orchestrator {
  /**
   * Starts an execution. The same name again changes nothing and is no error (ExecutionAlreadyExists is success).
   * @param request.trace the trace that it goes on in; it is no part of what makes two starts the same
   */
  start(request: { machine: MachineName; name: string; input: unknown; trace?: TraceParent | undefined }): Promise<void>;
  describe(machine: MachineName, name: string): Promise<Execution | undefined>;
  history(machine: MachineName, name: string, page: { limit: number; after?: number }): Promise<readonly HistoryEvent[]>;
  /** The state machine that an execution runs, as it was when it began; undefined for one that is not there. */
  definition(machine: MachineName, name: string): Promise<unknown>;
  /** Where the platform's own console shows an execution; absent where it has none. */
  consoleUrl?(machine: MachineName, name: string): string;
  /** Stops an execution and its nested ones. */
  stop(machine: MachineName, name: string, error: string, cause: string): Promise<void>;
  /** @throws TokenRefused when the token was used, has expired or never was. */
  succeedTask(token: string, output: unknown): Promise<void>;
  /** @throws TokenRefused likewise. */
  failTask(token: string, error: string, cause: string): Promise<void>;
}
