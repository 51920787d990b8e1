/** One request asked three times at the same time, of the stable revision twice and of the candidate, and what comes of it. */
import type { Answer } from '../domain/parallel/answer.ts';
import type { Differences } from '../domain/parallel/compare.ts';
import { countComparison, type ParallelReport } from '../domain/parallel/report.ts';
import { mirroredHeaders } from './ask-instance.ts';
import type { HttpRequest } from './http-request.ts';

/** Asks somewhere; flat names and values of headers. No answer is an answer, too: it rejects only where there is nothing to compare. */
export type Ask = (request: HttpRequest, headers: string[]) => Promise<Answer>;

/** @param turn the how manyeth it is: whose turn is first changes, so that nobody is always the one whose answer comes from a warm cache */
export async function compareRequest(report: ParallelReport, compare: (one: Answer, other: Answer) => Differences, request: HttpRequest, asks: readonly [stable: Ask, again: Ask, candidate: Ask], turn: number): Promise<void> {
  const headers = mirroredHeaders(request.headers);
  const first = turn % asks.length;
  const inTurn = [...asks.slice(first), ...asks.slice(0, first)];
  const answers = await Promise.all(inTurn.map((ask) => ask(request, headers)));
  // Back in the order they were given in.
  const [one, other, candidate] = asks.map((_ask, index) => answers[(index - first + asks.length) % asks.length] as Answer);
  if (one?.kind !== 'answer' || other?.kind !== 'answer' || candidate === undefined) return void report.unanswered++;
  countComparison(report, request, compare(one, candidate), compare(one, other));
}
