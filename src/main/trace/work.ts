/** The trace that the code at work is part of, and the spans that it makes. Where nobody takes spans, nothing here does anything. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { telemetry } from '#telemetry';
import { failureOf, within, type Attributes, type Span, type SpanFailure, type SpanKind } from '../../domain/trace/span.ts';
import { SpanId, TraceId, type TraceContext } from '../../domain/trace/trace-parent.ts';

export interface Work {
  readonly context: TraceContext;
  /** Ids that every span in it has. */
  readonly attributes: Attributes;
  /** Spans that ended in the outermost work of this process. They are told together, so that none is told whose parent never is. */
  readonly ended: Span[];
  /** What goes on after its end, a watch that it began for example, is no part of it. */
  isOver: boolean;
}

const current = new AsyncLocalStorage<Work | undefined>();

/** The work that goes on now. */
export function work(): Work | undefined {
  const found = current.getStore();
  return found?.isOver === true ? undefined : found;
}

/** What began this, also when it is over: whatever is started goes on in its trace. */
export const origin = (): TraceContext | undefined => current.getStore()?.context;

/** Runs as part of nothing: what a request or a task sets off for everybody is not its own. */
export const outside = <R>(run: () => R): R => current.run(undefined, run);

const newSpanId = (): SpanId => SpanId.parse(randomBytes(8).toString('hex'));
/** It begins with the time, in seconds, as X-Ray wants it; W3C leaves that open. */
const newTraceId = (): TraceId => TraceId.parse(Math.floor(Date.now() / 1000).toString(16).padStart(8, '0') + randomBytes(12).toString('hex'));

/** Does something that has a span already, which somebody else tells: a task of a state machine. */
export async function under<R>({ context, attributes }: Pick<Work, 'context' | 'attributes'>, run: () => Promise<R>): Promise<R> {
  const one: Work = { context, attributes, ended: [], isOver: false };
  try {
    return await current.run(one, run);
  } finally {
    one.isOver = true;
    tell(one.ended);
  }
}

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** Absent: the work that goes on. Null: a trace of its own. */
  readonly parent?: TraceContext | null;
}

export interface OpenSpan {
  /** More that is known of it by now. */
  say(attributes: Attributes): void;
  fail(failure: SpanFailure): void;
  /** It is not worth telling, and neither is what it did. */
  drop(): void;
  /** Whether anything in it was worth a span. */
  readonly hasInner: boolean;
  /** Null where there is none. */
  readonly trace: TraceId | null;
}

const UNTOLD: OpenSpan = { say: () => undefined, fail: () => undefined, drop: () => undefined, hasInner: false, trace: null };

/** Does something as a span. Where there is no work that it could be part of, it is done without one. */
export async function inSpan<R>(start: SpanStart, run: (span: OpenSpan) => Promise<R>): Promise<R> {
  const outer = start.parent === undefined ? work() : undefined;
  if (telemetry.spans() === null || (start.parent === undefined && outer === undefined)) return run(UNTOLD);
  const parent = outer?.context ?? start.parent ?? null;
  const context: TraceContext = { trace: parent?.trace ?? newTraceId(), span: newSpanId(), isSampled: true };
  const inner: Work = { context, attributes: within(outer?.attributes ?? {}, start.attributes), ended: outer?.ended ?? [], isOver: false };
  const clock = stopwatch();
  const before = inner.ended.length;
  const state = { attributes: inner.attributes, failure: null as SpanFailure | null, isDropped: false };
  const span: OpenSpan = {
    say: (attributes) => { state.attributes = { ...state.attributes, ...attributes }; },
    fail: (failure) => { state.failure = failure; },
    drop: () => { state.isDropped = true; },
    get hasInner() { return inner.ended.length > before; },
    trace: context.trace,
  };
  try {
    return await current.run(inner, () => run(span));
  } catch (error) {
    state.failure ??= failureOf(error);
    throw error;
  } finally {
    inner.isOver = true;
    // Of several at once, each drops what is its own alone only where it is the outermost one.
    if (state.isDropped && outer === undefined) inner.ended.length = 0;
    if (!state.isDropped) inner.ended.push({ trace: context.trace, id: context.span, parent: parent?.span ?? null, name: start.name, kind: start.kind, ...clock(), attributes: state.attributes, failure: state.failure });
    if (outer === undefined) tell(inner.ended);
  }
}

/** A span that is made by hand, for what has no function to run: a request that events tell of. */
export function beginSpan(outer: Work, { name, kind, attributes }: Omit<SpanStart, 'parent'>): { readonly context: TraceContext; end(more: Attributes, failure: SpanFailure | null): void } {
  const context: TraceContext = { trace: outer.context.trace, span: newSpanId(), isSampled: true };
  const clock = stopwatch();
  return {
    context,
    end: (more, failure) => {
      if (!outer.isOver) outer.ended.push({ trace: context.trace, id: context.span, parent: outer.context.span, name, kind, ...clock(), attributes: { ...outer.attributes, ...attributes, ...more }, failure });
    },
  };
}

/** A trace that begins here and now, with a span that took no time: what is started in it has somebody to come from. */
export function begun(name: string): TraceContext {
  const context: TraceContext = { trace: newTraceId(), span: newSpanId(), isSampled: true };
  const now = Date.now();
  tell([{ trace: context.trace, id: context.span, parent: null, name, kind: 'internal', startedAt: now, endedAt: now, attributes: {}, failure: null }]);
  return context;
}

/** From the wall clock, and how long by one that does not jump. */
function stopwatch(): () => Pick<Span, 'startedAt' | 'endedAt'> {
  const [startedAt, began] = [Date.now(), performance.now()];
  return () => ({ startedAt, endedAt: startedAt + (performance.now() - began) });
}

function tell(spans: readonly Span[]): void {
  if (spans.length > 0) outside(() => telemetry.spans()?.tell(spans));
}
