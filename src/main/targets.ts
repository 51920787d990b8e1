/** Targets by name, through the same functions that the state machines invoke. */
import { DescribeResult, ObserveResult } from '../contracts/target.ts';
import { NotSupported } from '../domain/errors.ts';
import type { Targets } from '../ports/target.ts';
import { HANDLERS } from './functions.ts';

const PREFIX = 'slipway-target-';

async function call(target: string, request: unknown): Promise<unknown> {
  const handler = (HANDLERS as Readonly<Record<string, unknown>>)[`${PREFIX}${target}`] as ((event: unknown, context: never) => Promise<unknown>) | undefined;
  if (handler === undefined) throw new NotSupported(`There is no target "${target}". Registered: ${names().join(', ')}. Name one of them as "target" in slipway.yaml.`, { allowed: names() });
  return handler(request, {} as never);
}

const names = (): string[] => Object.keys(HANDLERS).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));

export const localTargets: Targets = {
  observe: async (target, refs) => ObserveResult.parse(await call(target, { verb: 'observe', refs })).services,
  describe: async (target, plan) => DescribeResult.parse(await call(target, { verb: 'describe', ...(plan === undefined ? {} : { plan }) })),
  names,
};
