/**
 * The spans of one execution, from its history and from nothing else: the same history gives the same spans, whoever reads it. Events
 * are Step Functions': https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
import { unwrapFailure } from '../failure.ts';
import type { HistoryEvent } from '../history-event.ts';
import { Scope, type OpenedScope } from './execution-scope.ts';
import { within, type Attributes, type Span, type SpanFailure } from './span.ts';
import { contextOf, spanIdOf, type SpanId, type TraceContext, type TraceId, type TraceParent } from './trace-parent.ts';

export interface ExecutionNamed {
  readonly machine: string;
  readonly name: string;
  readonly trace: TraceParent;
}

/** Which ids an input or a payload holds, as attributes. */
export type IdsIn = (document: unknown) => Attributes;

/** A state that is entered again and again, as those of a hold are, has its spans so often, */
const WHOLE_ENTRIES = 20;
/** and after that once in so many times. A trace of 100,000 spans is one that nobody can open. */
const ONE_ENTRY_IN = 100;
const REASON_CHARACTERS_MAX = 500;

/** The span of what an event opened. The engine gives it to what it calls, before anybody has read the event. */
export const eventSpanId = (trace: TraceId, machine: string, execution: string, event: number): SpanId => spanIdOf(trace, machine, execution, event);
/** The span of an execution as a whole. */
export const executionSpanId = (trace: TraceId, machine: string, execution: string): SpanId => spanIdOf(trace, machine, execution, 'execution');

const objectOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const isFanoutStart = (type: string): boolean => type === 'ParallelStateStarted' || type === 'MapStateStarted';

export class ExecutionSpans {
  readonly #named: ExecutionNamed;
  readonly #context: TraceContext;
  readonly #idsIn: IdsIn;
  readonly #inherited: Attributes;
  #root: Scope | undefined;
  /** Which scope an event leaves its branch in. An event that another one follows is forgotten, but where many may follow. */
  readonly #after = new Map<number, Scope>();
  /** The event that began a Parallel or Map, as long as it is open. */
  readonly #fanouts = new Map<Scope, number>();
  /** Open tasks by the event that scheduled them. */
  readonly #tasks = new Map<number, Scope>();
  readonly #entries = new Map<string, number>();
  #leftOut = 0;

  /** @param inherited ids of the execution that started it */
  constructor(named: ExecutionNamed, idsIn: IdsIn, inherited: Attributes = {}) {
    this.#named = named;
    this.#context = contextOf(named.trace);
    this.#idsIn = idsIn;
    this.#inherited = inherited;
  }

  /** Takes the next event; answers the spans that it ended. */
  take(event: HistoryEvent): Span[] {
    if (event.type === 'ExecutionStarted') return this.#begin(event);
    if (/^Execution(?:Succeeded|Failed|Aborted|TimedOut)$/.test(event.type)) return this.#end(event);
    const at = this.#scopeAt(event.previousId);
    if (at === undefined) return [];
    const [next, spans] = this.#moved(event, at);
    this.#after.set(event.id, next);
    if (isFanoutStart(event.type)) this.#fanouts.set(next, event.id);
    return spans;
  }

  /** Where a task's call belongs to, and what it is about; undefined for one that is left out or over. */
  task(event: number): { readonly context: TraceContext; readonly attributes: Attributes } | undefined {
    const scope = this.#tasks.get(event);
    return scope === undefined || scope.isLeftOut ? undefined : { context: { ...this.#context, span: scope.opened.id, isSampled: true }, attributes: scope.attributes };
  }

  /** The ids of an open task by its span; undefined for one that is not here. */
  idsOfTask(span: SpanId): Attributes | undefined {
    return [...this.#tasks.values()].find(({ opened }) => opened.id === span)?.attributes;
  }

  #scopeAt(previousId: number): Scope | undefined {
    const found = this.#after.get(previousId) ?? this.#root;
    if (previousId !== 0 && found !== undefined && this.#fanouts.get(found) !== previousId) this.#after.delete(previousId);
    return found;
  }

  #begin(event: HistoryEvent): Span[] {
    const { machine, name } = this.#named;
    const attributes = { ...this.#inherited, ...this.#idsIn(objectOf(event.detail)['input']), 'slipway.machine': machine, 'slipway.execution': name };
    this.#root = new Scope({ kind: 'execution', id: executionSpanId(this.#context.trace, machine, name), name: machine, startedAt: event.at, attributes, event: event.id, isLeftOut: false }, null);
    return [];
  }

  #end(event: HistoryEvent): Span[] {
    const root = this.#root;
    if (root === undefined) return [];
    const detail = objectOf(event.detail);
    if (event.type !== 'ExecutionSucceeded') {
      const reason = reasonOf(textOf(detail['error']) || event.type, textOf(detail['cause']));
      root.fail(reason);
      if (event.type === 'ExecutionFailed') this.#after.get(event.previousId)?.fail(reason);
    }
    const inner = [...root.inner].flatMap((scope) => this.#close(scope, event.at)[1]);
    this.#after.clear();
    return [...inner, ...root.close(this.#context.trace, this.#context.span, event.at, this.#leftOut === 0 ? {} : { 'slipway.states_left_out': this.#leftOut })];
  }

  #moved(event: HistoryEvent, at: Scope): [Scope, Span[]] {
    const { type } = event;
    if (type.endsWith('StateEntered')) return [this.#enter(event, at), []];
    if (/State(?:Exited|Failed|Aborted)$/.test(type)) return this.#leave(event, at);
    if (type === 'MapIterationStarted') return [this.#iterate(event, at), []];
    if (type.startsWith('MapIteration')) return this.#closeTo(event, at, (scope) => scope.opened.kind === 'iteration');
    if (type === 'TaskScheduled') return [this.#schedule(event, at), []];
    if (/^Task(?:Succeeded|Failed|TimedOut)$/.test(type)) return this.#answered(event, at);
    return [at, []];
  }

  #enter(event: HistoryEvent, at: Scope): Scope {
    const name = event.state ?? '';
    const entries = (this.#entries.get(name) ?? 0) + 1;
    this.#entries.set(name, entries);
    const isLeftOut = entries > WHOLE_ENTRIES && entries % ONE_ENTRY_IN !== 0;
    const ids = this.#idsIn(objectOf(event.detail)['input']);
    if (at.opened.kind === 'iteration') at.learn(ids);
    return this.#open(event, at, { kind: 'state', name, isLeftOut, attributes: { ...ids, 'slipway.state': name, ...(entries > 1 ? { 'slipway.entries': entries } : {}) } });
  }

  #iterate(event: HistoryEvent, at: Scope): Scope {
    const index = Number(objectOf(event.detail)['index'] ?? 0);
    return this.#open(event, at, { kind: 'iteration', name: `${at.opened.name} ${index}`, isLeftOut: false, attributes: { 'slipway.index': index } });
  }

  #schedule(event: HistoryEvent, at: Scope): Scope {
    const parameters = objectOf(objectOf(event.detail)['parameters']);
    const isNested = parameters['FunctionName'] === undefined;
    const called = textOf(parameters[isNested ? 'StateMachineArn' : 'FunctionName']).replace(/^.*:/, '');
    const ids = this.#idsIn(parameters[isNested ? 'Input' : 'Payload']);
    at.learn(ids);
    const scope = this.#open(event, at, { kind: 'task', name: called, isLeftOut: false, attributes: { ...ids, ...(isNested ? { 'slipway.starts': textOf(parameters['Name']) } : { 'slipway.function': called }) } });
    // The execution that it starts is part of the trace whatever becomes of this one.
    if (isNested) scope.keep();
    this.#tasks.set(event.id, scope);
    return scope;
  }

  #open(event: HistoryEvent, parent: Scope, opened: Pick<OpenedScope, 'kind' | 'name' | 'isLeftOut' | 'attributes'>): Scope {
    const { machine, name } = this.#named;
    const inherited = Object.fromEntries(Object.entries(parent.attributes).filter(([key]) => !OF_ONE_SCOPE.has(key)));
    return new Scope({ ...opened, attributes: within(inherited, opened.attributes), id: eventSpanId(this.#context.trace, machine, name, event.id), startedAt: event.at, event: event.id }, parent);
  }

  #answered(event: HistoryEvent, at: Scope): [Scope, Span[]] {
    const task = outwards(at, (scope) => scope.opened.kind === 'task');
    if (task === undefined) return [at, []];
    const detail = objectOf(event.detail);
    if (event.type !== 'TaskSucceeded') task.fail(reasonOf(textOf(detail['error']), textOf(detail['cause'])));
    return this.#close(task, event.at);
  }

  /** A state that failed in a branch has no event of its own: what is open between it and the state that is left ends with it. */
  #leave(event: HistoryEvent, at: Scope): [Scope, Span[]] {
    const isIt = (scope: Scope): boolean => scope.opened.kind === 'state' && scope.opened.name === event.state;
    if (!event.type.endsWith('Failed')) return this.#closeTo(event, at, isIt);
    // A Parallel or Map that failed may be tried again: itself it is left by what follows.
    const failed = outwards(at, isIt) ?? at;
    const detail = objectOf(event.detail);
    const reason = reasonOf(textOf(detail['error']), textOf(detail['cause']));
    at.fail(reason);
    failed.fail(reason);
    return [failed, [...failed.inner].flatMap((scope) => this.#close(scope, event.at)[1])];
  }

  #closeTo({ at: time, type }: HistoryEvent, at: Scope, is: (scope: Scope) => boolean): [Scope, Span[]] {
    const found = outwards(at, is);
    return found === undefined ? [at, []] : this.#close(found, time, type.endsWith('Aborted') ? { 'slipway.aborted': true } : {});
  }

  #close(scope: Scope, at: number, more: Attributes = {}): [Scope, Span[]] {
    const forget = (one: Scope): void => {
      for (const inner of one.inner) forget(inner);
      if (one.opened.kind === 'task') this.#tasks.delete(one.opened.event);
      if (one.opened.kind === 'state' && one.isLeftOut) this.#leftOut += 1;
      const fanout = this.#fanouts.get(one);
      if (fanout !== undefined) this.#after.delete(fanout);
      this.#fanouts.delete(one);
    };
    forget(scope);
    return [scope.parent ?? scope, scope.close(this.#context.trace, this.#context.span, at, more)];
  }
}

/** What is said of one scope only; the ids go on to what is in it. */
const OF_ONE_SCOPE = new Set(['slipway.entries', 'slipway.index', 'slipway.function', 'slipway.starts']);

function outwards(from: Scope, is: (scope: Scope) => boolean): Scope | undefined {
  for (let scope: Scope | null = from; scope !== null; scope = scope.parent) if (is(scope)) return scope;
  return undefined;
}

function reasonOf(error: string, cause: string): SpanFailure {
  const inner = unwrapFailure({ Error: error, Cause: cause });
  return { name: inner.error, message: inner.reason.slice(0, REASON_CHARACTERS_MAX) };
}
