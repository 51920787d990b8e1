/** One event of an execution, with Step Functions' names (`TaskStateEntered`, `TaskSucceeded`, `ExecutionFailed`, ...). */
export interface HistoryEvent {
  readonly id: number;
  readonly previousId: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: string;
  readonly state?: string;
  readonly detail?: unknown;
}
