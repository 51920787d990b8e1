/** Asks over HTTP, at an address and with a header that say which revision is meant. */
import type { Agent, IncomingMessage } from 'node:http';
import type { Answer } from '../domain/parallel/answer.ts';
import { answerBody } from './answer-body.ts';
import { ANSWER_WITHIN_MS } from './ask-instance.ts';
import type { Ask } from './compare-request.ts';
import { exchange, type OutgoingRequest } from './http-exchange.ts';

export interface AskedPlace {
  /** Where users reach the service. */
  readonly endpoint: string;
  readonly header: readonly [name: string, value: string];
  readonly agent: Agent;
}

/** Never rejects. @param heard of each answer, before it is compared */
export const askOverHttp = ({ endpoint, header, agent }: AskedPlace, heard: (answer: Answer) => void): Ask => async ({ method, target, body }, headers) => {
  const answer = await answered(new URL(endpoint), { method, target, body, headers: [...headers, ...header] }, agent);
  heard(answer);
  return answer;
};

async function answered(base: URL, request: OutgoingRequest, agent: Agent): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const answer = await exchange(base, request, agent, signal);
    const names = headersOf(answer);
    return { kind: 'answer', status: answer.statusCode ?? 0, headers: names, body: await answerBody(answer as AsyncIterable<Buffer>, names) };
  } catch (error) {
    return { kind: 'none', reason: signal.aborted ? `not within ${ANSWER_WITHIN_MS / 1000} s` : ((error as NodeJS.ErrnoException).code ?? 'broken') };
  }
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value ?? '']));
