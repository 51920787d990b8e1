/** One row of progress. */
export type RowState = 'waiting' | 'running' | 'asking' | 'passed' | 'failed' | 'skipped';

export interface Judged {
  readonly requests: number;
  /** Fewer are no evidence. */
  readonly needed: number;
  /** 0 to 1; null without a request. */
  readonly failureRate: number | null;
  readonly stableFailureRate: number | null;
  readonly verdict: string;
  readonly reason: string;
}

export interface Row {
  /** Null: of the pipeline as a whole. */
  readonly environment: string | null;
  readonly stage: string;
  readonly state: RowState;
  /** Healthy instances of the candidate, of as many as are wanted by now. */
  readonly instances: { readonly healthy: number; readonly wanted: number } | null;
  /** Percent of the traffic in force for the candidate. */
  readonly weight: number | null;
  /** From 1. */
  readonly batch: { readonly number: number; readonly of: number } | null;
  readonly tests: { readonly passed: number; readonly failed: number; readonly total: number } | null;
  readonly judged: Judged | null;
  /** When the hold or the request ends; milliseconds since 1970. */
  readonly endsAt: number | null;
  readonly note: string | null;
}

export const emptyRow = (environment: string | null, stage: string, state: RowState, note: string | null = null): Row =>
  ({ environment, stage, state, instances: null, weight: null, batch: null, tests: null, judged: null, endsAt: null, note });
