/** Answers calls as a scenario says, the same for both interpreters. */
import type { Answer, Runnable, TokenAnswer } from './scenario.ts';
import { RETRIED } from './scenario.ts';

export interface Call { readonly functionName: string; readonly payload: unknown }

export interface Answering {
  /** The answer to one call. Waits for what it has to come after. @throws for a call that the scenario does not foresee */
  answerTo(call: Call): Promise<Answer>;
  /** Every call so far, in order. */
  readonly calls: readonly Call[];
  /** Tokens that were handed out. */
  readonly tokens: ReadonlySet<string>;
}

const shortName = (functionName: string): string => functionName.slice(functionName.lastIndexOf(':') + 1).replace(/^slipway-/, '');

const fits = (key: string, { functionName, payload }: Call): boolean => {
  const [name, query] = key.split('?');
  if (name !== shortName(functionName)) return false;
  return [...new URLSearchParams(query)].every(([field, value]) => String((payload as Record<string, unknown> | null)?.[field]) === value);
};

export function answering(scenario: Runnable): Answering {
  const calls: Call[] = [];
  const tokens = new Set<string>();
  const taken = new Map<string, number>();
  const waiting: { name: string; go: () => void }[] = [];
  const failedOnce = new Set<string>();

  const called = (name: string): Promise<void> => {
    if (calls.some((call) => shortName(call.functionName) === name)) return Promise.resolve();
    return new Promise((go) => {
      waiting.push({ name, go });
    });
  };
  const take = (call: Call): Answer => {
    const key = Object.keys(scenario.answers).find((one) => fits(one, call));
    const answers = key === undefined ? [] : scenario.answers[key]!;
    const count = taken.get(key ?? '') ?? 0;
    const answer = answers[Math.min(count, answers.length - 1)];
    if (key === undefined || answer === undefined) throw new Error(`The scenario '${scenario.name}' of ${scenario.machine} has no answer for ${call.functionName} ${JSON.stringify(call.payload)}`);
    taken.set(key, count + 1);
    return answer;
  };

  return {
    calls,
    tokens,
    answerTo: async (call) => {
      calls.push(call);
      const token = (call.payload as { token?: unknown } | null)?.token;
      if (typeof token === 'string') tokens.add(token);
      const name = shortName(call.functionName);
      for (const one of waiting) if (one.name === name) one.go();
      const first = JSON.stringify({ ...call, payload: { ...(call.payload as object), token: undefined } });
      if (scenario.flaky === true && !name.startsWith('machine-') && !failedOnce.has(first)) {
        failedOnce.add(first);
        // By name, not by order: branches run side by side.
        return RETRIED[name.length % RETRIED.length]!;
      }
      const answer = take(call);
      if (answer !== 'never' && 'after' in answer && answer.after !== undefined) await called(answer.after);
      return answer;
    },
  };
}

/** What comes by token after an answer, if anything does. */
export const tokenAnswerOf = (answer: Answer): TokenAnswer | undefined => (answer !== 'never' && 'result' in answer ? answer.token : undefined);

/** How Lambda tells of an error that a function threw. */
export const thrownPayload = (answer: { readonly error: string; readonly message: string }) => ({ errorMessage: answer.message, errorType: answer.error, trace: [''] });
