/** Targets by name, through the same functions that the state machines invoke: those of this machine, and the user's own. */
import type { Send } from '../contracts/own-target.ts';
import { CompareResult, DescribeResult, ObserveResult } from '../contracts/target.ts';
import { NotSupported } from '../domain/errors.ts';
import type { Targets } from '../ports/target.ts';
import { HANDLERS } from './functions.ts';

const PREFIX = 'slipway-target-';

/** The kind that a function's name stands for; undefined for a function that is no target. */
export const kindOfFunction = (name: string): string | undefined => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined);

/**
 * @param here the built-in kinds that this machine has parts for
 * @param own the user's
 */
export function localTargets(here: readonly string[], own: ReadonlyMap<string, Send>): Targets {
  const names = [...here, ...own.keys()];
  const call = async (target: string, request: unknown): Promise<unknown> => {
    if (!names.includes(target)) throw new NotSupported(`There is no target "${target}". Registered: ${names.join(', ')}. Name one of them as "target" in slipway.yaml.`, { allowed: names });
    const handler = (HANDLERS as Readonly<Record<string, unknown>>)[`${PREFIX}${target}`] as ((event: unknown, context: never) => Promise<unknown>) | undefined;
    return handler === undefined ? own.get(target)?.(request) : handler(request, {} as never);
  };
  return {
    observe: async (target, refs) => parsed(target, ObserveResult, await call(target, { verb: 'observe', refs })).services,
    describe: async (target, plan) => parsed(target, DescribeResult, await call(target, { verb: 'describe', ...(plan === undefined ? {} : { plan }) })),
    compare: async (target, request) => parsed(target, CompareResult, await call(target, request)),
    names: () => names,
  };
}

function parsed<T>(target: string, schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } } }, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new NotSupported(`The target "${target}" answered something else than a result: ${result.error.issues.map((issue) => `${issue.path.join('.') || '(answer)'}: ${issue.message}`).join('; ')}. Correct it; "slipway target test" shows where it differs from the contract.`, { target });
}
