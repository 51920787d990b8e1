/** The errors of the language itself, as states raise them and Retry and Catch see them. */

/** Longest cause that Step Functions keeps, in characters (API_ExecutionFailedEventDetails). */
export const CAUSE_CHARACTERS_MAX = 32_768;

/** A state has failed with an ASL error name. Thrown inside a turn only; it never leaves the engine. */
export class StateFailure extends Error {
  readonly error: string;
  readonly detail: string;
  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = 'StateFailure';
    this.error = error;
    this.detail = cause.slice(0, CAUSE_CHARACTERS_MAX);
  }
}

/** What Catch hands on as `$states.errorOutput`. */
export interface ErrorOutput { readonly Error: string; readonly Cause: string }

const TIMEOUTS = new Set(['States.Timeout', 'States.HeartbeatTimeout']);
/** Step Functions lets no wildcard match these: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const TERMINAL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/**
 * Whether an ErrorEquals list matches an error. States.ALL matches all but the terminal errors, States.TaskFailed
 * likewise but for timeouts, and States.Timeout also matches a missed heartbeat.
 */
export const matchesError = (errorEquals: readonly string[], error: string): boolean =>
  errorEquals.some((wanted) => {
    if (error === 'States.Runtime') return false;
    if (wanted === error) return true;
    if (wanted === 'States.ALL') return !TERMINAL.has(error);
    if (wanted === 'States.TaskFailed') return !TERMINAL.has(error) && !TIMEOUTS.has(error);
    return wanted === 'States.Timeout' && TIMEOUTS.has(error);
  });

/** How Lambda describes a thrown error: the error's name, and a JSON cause. `trace` is cut to its first lines. */
export const lambdaFailure = (thrown: unknown): { error: string; cause: string } => {
  const failure = thrown instanceof Error ? thrown : new Error(typeof thrown === 'string' ? thrown : JSON.stringify(thrown) ?? String(thrown));
  const trace = (failure.stack ?? '').split('\n').slice(0, 8);
  return { error: failure.name, cause: JSON.stringify({ errorMessage: failure.message.slice(0, 16_384), errorType: failure.name, trace }) };
};
