/** Answers of two revisions on Lambda, compared: each version is invoked by itself, with the event of a request over HTTP. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { answerBody } from '../../comparison/answer-body.ts';
import { ANSWER_WITHIN_MS } from '../../comparison/ask-instance.ts';
import type { Ask } from '../../comparison/compare-request.ts';
import { COMPARED_AT_ONCE, compareRequests } from '../../comparison/compare-requests.ts';
import type { CompareRequest, CompareResult } from '../../contracts/target.ts';
import { InvalidInput } from '../../domain/errors.ts';
import type { RevisionId } from '../../domain/ids.ts';
import type { Answer } from '../../domain/parallel/answer.ts';
import { calling } from '../_aws/fault.ts';
import { checkGeneration } from '../_aws/guard.ts';
import { httpEvent } from './http-event.ts';
import { type Lambda, lookAt, placedOn, type SeenFunction } from './look.ts';
import type { LambdaNeeds } from './needs.ts';
import { servicePlan } from './settings.ts';

/** @throws StaleGeneration; InvalidInput when no function has both revisions; ProviderUnavailable, Forbidden when Lambda does not let them be invoked */
export async function compare(needs: LambdaNeeds, request: CompareRequest): Promise<CompareResult> {
  const { stable, candidate, rule, requests } = request;
  const lambda = needs.lambda(request.access);
  await checkGeneration(needs.fence, request);
  const { functions } = await lookAt(lambda, request, servicePlan(request).functions.map(({ key }) => key));
  // The first one, as for the address of the service.
  const asked = functions.map((one) => ({ name: one.name, reserved: one.reserved, stable: versionOf(one, stable), candidate: versionOf(one, candidate) })).find((one) => one.stable !== undefined && one.candidate !== undefined);
  if (asked?.stable === undefined || asked.candidate === undefined) throw new InvalidInput(`No function of ${request.service} in ${request.environment} has both ${stable} and ${candidate}, so they cannot be asked the same. Launch both first.`, { stable, candidate });
  return { verb: 'compare', ready: true, report: await compareRequests(rule, requests, { stable: askVersion(lambda, asked.name, asked.stable), candidate: askVersion(lambda, asked.name, asked.candidate), atOnce: atOnce(asked.reserved) }) };
}

/** Three invocations each: at most a tenth of what is reserved, which users' requests share with them. */
const atOnce = (reserved: number | null): number => (reserved === null ? COMPARED_AT_ONCE : Math.max(1, Math.min(COMPARED_AT_ONCE, Math.floor(reserved / 30))));

const versionOf = (one: SeenFunction, revision: RevisionId): string | undefined => placedOn(one).find((placed) => placed.revision === revision)?.alias.version;

const askVersion = (lambda: Lambda, name: string, version: string): Ask => async (request, headers) => {
  const invoked = calling('Lambda', `invoke version ${version} of ${name}`, () => lambda.send(new InvokeCommand({ FunctionName: name, Qualifier: version, Payload: JSON.stringify(httpEvent(request, headers)) })));
  const told = await inTime(invoked);
  // The function goes on to its own limit; nobody hears what it says.
  if (told === 'late') return { kind: 'none', reason: `not within ${ANSWER_WITHIN_MS / 1000} s` };
  const { Payload, FunctionError } = told;
  // What users get for a function that failed; https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
  if (FunctionError !== undefined) return { kind: 'answer', status: 502, headers: {}, body: await answerBody([], {}) };
  return answerOf(Payload === undefined ? undefined : documentOf(Buffer.from(Payload).toString('utf8')));
};

async function inTime<T>(work: Promise<T>): Promise<T | 'late'> {
  const clock: { timer?: NodeJS.Timeout } = {};
  const late = new Promise<'late'>((resolve) => (clock.timer = setTimeout(() => resolve('late'), ANSWER_WITHIN_MS)));
  // What is refused after that is nobody's either.
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(clock.timer));
}

const Told = z.object({ statusCode: z.int(), headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}), body: z.string().default(''), isBase64Encoded: z.boolean().default(false) });

/** As a function URL and an HTTP API read what a function gives back: with a status it is a whole answer, without one it is its body. */
async function answerOf(value: unknown): Promise<Answer> {
  const told = Told.safeParse(value);
  const { statusCode, headers, body, isBase64Encoded } = told.data ?? { statusCode: 200, headers: { 'content-type': 'application/json' }, body: typeof value === 'string' ? value : JSON.stringify(value ?? null), isBase64Encoded: false };
  const names = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), String(text)]));
  return { kind: 'answer', status: statusCode, headers: names, body: await answerBody([Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')], names) };
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
