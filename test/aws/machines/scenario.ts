/** A scenario: a machine, its input, and what its functions answer, told once and run in two interpreters. */
import type { MachineName } from '../../../src/ports/orchestrator.ts';

/** What a function answers to one call. */
export type Answer =
  /** Its result; `token` is what comes by the task token afterwards, `after` a function that must have been called before it comes. */
  | { readonly result: unknown; readonly token?: TokenAnswer; readonly after?: string }
  /** It threw: `error` is the error's name. */
  | { readonly error: string; readonly message: string; readonly after?: string }
  /** Lambda itself refused the call: the error's name without `Lambda.`. */
  | { readonly service: keyof typeof SERVICE_ERRORS }
  /** It does not answer while the task has time. */
  | 'never';

export type TokenAnswer = { readonly success: unknown } | { readonly failure: string; readonly message: string } | 'never';

/** Errors of Lambda's API with their HTTP status. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
export const SERVICE_ERRORS = { TooManyRequestsException: 429, ServiceException: 500 } as const;

export interface Scenario {
  readonly machine: MachineName;
  /** What it shows, in a few words. Names its section in the golden file. */
  readonly name: string;
  readonly input: unknown;
  /**
   * By function, without `slipway-`: answers in the order of the calls, the last one again and again. `plan?environment=eu` is for calls
   * whose payload says so. A nested machine that `stubs` names is the function `machine-<name>`, called with the execution's input.
   */
  readonly answers: Readonly<Record<string, readonly Answer[]>>;
  /** Nested machines that are replaced by one call of a function. Others run whole. */
  readonly stubs?: readonly MachineName[];
  /** Every first call of a function fails with an error that is retried, and works at the second attempt. */
  readonly flaky?: true;
  /** Replaced in the definition's text: only limits that would take hours to reach. */
  readonly edit?: Readonly<Record<string, string>>;
}

/** What an interpreter needs of a scenario, once its machines are there. */
export type Runnable = Pick<Scenario, 'machine' | 'name' | 'input' | 'answers' | 'flaky'>;

/** What every task that calls a function retries; a flaky function fails in one of these ways at first. */
export const RETRIED: readonly Answer[] = [
  { error: 'Conflict', message: 'the first attempt' }, { error: 'ProviderUnavailable', message: 'the first attempt' }, { error: 'Sandbox.Timedout', message: 'the first attempt' },
  { service: 'TooManyRequestsException' }, { service: 'ServiceException' },
];
