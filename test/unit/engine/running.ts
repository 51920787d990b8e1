/** Builders for the engine's tests: small machines, an engine with scripted functions, and waiting with a deadline. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, type Engine, type EngineNeeds, type Transition } from '../../../src/engine/index.ts';
import type { Execution } from '../../../src/ports/orchestrator.ts';

export const INVOKE = 'arn:aws:states:::lambda:invoke';
export const TOKEN = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
export const NESTED = 'arn:aws:states:::states:startExecution.sync:2';

export const machine = (StartAt: string, States: object, more: object = {}) => ({ definition: { QueryLanguage: 'JSONata', StartAt, States, ...more } });
/** A Task that calls a function with a payload and gives its answer on. */
export const call = (FunctionName: string, Payload: unknown = '{% $states.input %}', more: object = { End: true }) =>
  ({ Type: 'Task', Resource: INVOKE, Arguments: { FunctionName, Payload }, Output: '{% $states.result.Payload %}', ...more });

export const named = (name: string, message = name): Error => Object.assign(new Error(message), { name });

let ids = 0;
export interface Running { readonly engine: Engine; readonly seen: Transition[]; readonly faults: unknown[] }

export const running = (given: Partial<EngineNeeds> & Pick<EngineNeeds, 'machines'>): Running => {
  const seen: Transition[] = [];
  const faults: unknown[] = [];
  const engine = createEngine({
    clock: { now: () => Date.now() }, ids: { next: () => `seed-${(ids += 1)}-${process.pid}` }, database: ':memory:',
    invoke: async (_name, payload) => payload, onTransition: (transition) => seen.push(transition), onFault: (fault) => faults.push(fault), ...given,
  });
  return { engine, seen, faults };
};

export const until = async <T>(what: () => Promise<T | undefined | false> | T | undefined | false, deadlineMs = 15_000): Promise<T> => {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = await what();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what.toString()}`);
    await sleep(5);
  }
};

export const ended = (engine: Engine, of: string, name: string): Promise<Execution> =>
  until(async () => {
    const found = await engine.describe(of, name);
    return found !== undefined && found.status !== 'RUNNING' && found;
  });

/** Runs one execution of a machine to its end. */
export const runOne = async (given: ReturnType<typeof machine>, input: unknown = {}, more: Partial<EngineNeeds> = {}): Promise<Execution & { types: string[]; events: Transition[] }> => {
  const { engine, seen } = running({ machines: { it: given }, ...more });
  try {
    await engine.start({ machine: 'it', name: 'one', input });
    const execution = await ended(engine, 'it', 'one');
    return { ...execution, types: seen.map(({ type, state }) => (state === undefined ? type : `${type} ${state}`)), events: seen };
  } finally {
    await engine.close();
  }
};
