/** Targets as Lambda functions `slipway-target-<kind>`: those of functions/targets, and a user's own. */
import * as z from 'zod';
import { CompareResult, DescribeResult, ObserveResult } from '../../contracts/target.ts';
import { errorNamed } from '../../contracts/target-errors.ts';
import * as errors from '../../domain/errors.ts';
import type { Targets } from '../../ports/target.ts';
import { callFault, nameOf } from './call-fault.ts';
import type { FunctionCalls } from './calls/service-calls.ts';

export interface LambdaTargetsOptions {
  readonly call: FunctionCalls;
  /** The kinds that there are, for listings; another one is invoked all the same. */
  readonly names: readonly string[];
}

const PREFIX = 'slipway-target-';
/** With the prefix at most 64 characters; https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const KIND = /^[a-z][a-z0-9-]{0,48}$/;

/** What Lambda answers for a function that threw; https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
const Thrown = z.object({ errorType: z.string().default('Error'), errorMessage: z.string().default('') });

/** @throws NotSupported for a kind without a function, or one that answers something else; what the function threw; ProviderUnavailable */
export function createLambdaTargets({ call: send, names }: LambdaTargetsOptions): Targets {
  const known = names.join(', ') || 'none';
  const call = async <S extends z.ZodType>(kind: string, request: { readonly verb: string }, result: S): Promise<z.output<S>> => {
    if (!KIND.test(kind)) throw new errors.NotSupported(`"${kind}" is no name of a target. Registered: ${known}.`, { allowed: names });
    const { payload, failed } = await invoke(send, kind, request, known);
    if (failed !== undefined) throw thrownBy(kind, request.verb, failed, payload);
    const answer = result.safeParse(payload);
    if (answer.success) return answer.data;
    throw new errors.NotSupported(`The target "${kind}" answered ${request.verb} with something else than a result of it: ${answer.error.issues.map((issue) => `${issue.path.join('.') || '(answer)'}: ${issue.message}`).join('; ')}. Correct ${PREFIX}${kind}.`, { target: kind, verb: request.verb });
  };
  return {
    observe: async (target, refs) => (await call(target, { verb: 'observe', refs } as { verb: string }, ObserveResult)).services,
    describe: (target, plan) => call(target, { verb: 'describe', ...(plan === undefined ? {} : { plan }) }, DescribeResult),
    compare: (target, request) => call(target, request, CompareResult),
    names: () => names,
  };
}

async function invoke(send: FunctionCalls, kind: string, request: unknown, known: string): Promise<{ payload: unknown; failed: string | undefined }> {
  try {
    const answer = await send('Invoke', { FunctionName: `${PREFIX}${kind}`, Payload: JSON.stringify(request) });
    return { payload: documentOf(answer.Payload), failed: answer.FunctionError };
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') {
      throw new errors.NotSupported(`There is no target "${kind}": no function ${PREFIX}${kind} in this account and region. Registered: ${known}. Deploy it, or name another target in slipway.yaml.`, { target: kind }, { cause: error });
    }
    throw callFault('Lambda', `invoke ${PREFIX}${kind}`, error);
  }
}

function thrownBy(kind: string, verb: string, failed: string, payload: unknown): errors.SlipwayError {
  const { errorType, errorMessage } = Thrown.safeParse(payload).data ?? { errorType: failed, errorMessage: '' };
  return errorNamed(errorType, errorMessage, { target: kind, verb, error: errorType }, `The target "${kind}" failed at ${verb}: ${errorType}: ${errorMessage}. Its log is /aws/lambda/${PREFIX}${kind}.`);
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
