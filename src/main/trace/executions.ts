/** The spans of the state machines of this process, from what the engine tells of them, and after a restart from its journal. */
import type { Attributes, Span } from '../../domain/trace/span.ts';
import { ExecutionSpans } from '../../domain/trace/execution-spans.ts';
import { contextOf } from '../../domain/trace/trace-parent.ts';
import type { Engine, InvokedBy, Transition } from '../../engine/index.ts';
import type { Execution } from '../../ports/orchestrator.ts';
import { idsIn } from './attributes.ts';
import type { Work } from './work.ts';

export interface ExecutionTraces {
  heard(transition: Transition): void;
  /** What a task's call is part of; undefined for one that is not traced. */
  workOf(by: InvokedBy): Pick<Work, 'context' | 'attributes'> | undefined;
  /** Takes up the executions that are in the journal. Call before they go on. */
  resume(engine: Pick<Engine, 'list' | 'history'>): Promise<void>;
}

/** What a killed process had still to send is told again, as far as it ended so shortly before: with the ids of the first time, so that nothing is shown twice. */
const UNSENT_MS = 15_000;
const LISTED_MAX = 1000;
const LATELY_MAX = 200;
const PAGE_EVENTS = 1000;
/** What is said of the state that starts an execution is none of the ids that the execution has. */
const NOT_INHERITED = new Set(['slipway.machine', 'slipway.execution', 'slipway.state', 'slipway.starts']);

export function createExecutionTraces(tell: (spans: readonly Span[]) => void): ExecutionTraces {
  const live = new Map<string, ExecutionSpans>();
  const keyOf = (machine: string, name: string): string => `${machine}:${name}`;
  const begin = (machine: string, name: string, trace: NonNullable<Execution['trace']>): ExecutionSpans => {
    const spans = new ExecutionSpans({ machine, name, trace }, idsIn, inherited(live, trace));
    live.set(keyOf(machine, name), spans);
    return spans;
  };
  const retold = async (engine: Pick<Engine, 'history'>, { machine, name, trace }: Execution): Promise<{ spans: readonly Span[]; lastAt: number }> => {
    if (trace === undefined) return { spans: [], lastAt: 0 };
    const execution = begin(machine, name, trace);
    const spans: Span[] = [];
    let [after, lastAt] = [0, 0];
    for (let page = await engine.history(machine, name, { limit: PAGE_EVENTS }); page.length > 0; page = await engine.history(machine, name, { limit: PAGE_EVENTS, after })) {
      for (const event of page) spans.push(...execution.take(event));
      after = page.at(-1)?.id ?? after;
      lastAt = page.at(-1)?.at ?? lastAt;
    }
    return { spans, lastAt };
  };
  return {
    heard: ({ machine, execution, trace, ...event }) => {
      if (trace === undefined) return;
      const spans = (live.get(keyOf(machine, execution)) ?? begin(machine, execution, trace)).take(event);
      if (/^Execution(?!Started)/.test(event.type)) live.delete(keyOf(machine, execution));
      if (spans.length > 0) tell(spans);
    },
    workOf: ({ machine, execution, scheduled }) => (scheduled === undefined ? undefined : live.get(keyOf(machine, execution))?.task(scheduled)),
    resume: async (engine) => {
      const running = await engine.list({ status: 'RUNNING', limit: LISTED_MAX });
      const lately = (await engine.list({ limit: LATELY_MAX })).filter(({ status }) => status !== 'RUNNING');
      const all = [];
      // Whoever starts others comes before them.
      for (const one of [...running, ...lately].sort((a, b) => a.startedAt - b.startedAt)) all.push(await retold(engine, one));
      for (const { machine, name } of lately) live.delete(keyOf(machine, name));
      const newest = Math.max(0, ...all.map(({ lastAt }) => lastAt));
      for (const { spans } of all) {
        const unsent = spans.filter(({ endedAt }) => endedAt >= newest - UNSENT_MS);
        if (unsent.length > 0) tell(unsent);
      }
    },
  };
}

/** The ids of the task that starts an execution. */
function inherited(live: ReadonlyMap<string, ExecutionSpans>, trace: NonNullable<Execution['trace']>): Attributes {
  const { span } = contextOf(trace);
  for (const execution of live.values()) {
    const found = execution.idsOfTask(span);
    if (found !== undefined) return Object.fromEntries(Object.entries(found).filter(([name]) => !NOT_INHERITED.has(name)));
  }
  return {};
}
