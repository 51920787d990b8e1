/** A part of an execution while it is open: the execution itself, a state, an iteration of a Map, an attempt of a task. */
import type { Attributes, Span, SpanFailure, SpanKind } from './span.ts';
import type { SpanId, TraceId } from './trace-parent.ts';

export type ScopeKind = 'execution' | 'state' | 'iteration' | 'task';

export interface OpenedScope {
  readonly kind: ScopeKind;
  readonly id: SpanId;
  readonly name: string;
  readonly startedAt: number;
  readonly attributes: Attributes;
  /** The event that opened it. */
  readonly event: number;
  /** Whether it is one of many of its kind, and left out. */
  readonly isLeftOut: boolean;
}

export class Scope {
  readonly opened: OpenedScope;
  readonly parent: Scope | null;
  readonly inner = new Set<Scope>();
  failure: SpanFailure | null = null;
  attributes: Attributes;
  #isLeftOut: boolean;

  constructor(opened: OpenedScope, parent: Scope | null) {
    this.opened = opened;
    this.attributes = opened.attributes;
    this.parent = parent;
    this.#isLeftOut = opened.isLeftOut || (parent?.isLeftOut ?? false);
    parent?.inner.add(this);
  }

  get isLeftOut(): boolean { return this.#isLeftOut; }

  /** It is wanted after all, and so is all that it is part of: otherwise what hangs on it had no parent. */
  keep(): void {
    this.#isLeftOut = false;
    this.parent?.keep();
  }

  /** Ids that only what is in it names. */
  learn(ids: Attributes): void {
    this.attributes = { ...ids, ...this.attributes };
  }

  /** What has failed is never left out. */
  fail(failure: SpanFailure): void {
    this.failure ??= failure;
    this.keep();
  }

  /** Ends it, and what is still open in it. Answers their spans, the innermost first. */
  close(trace: TraceId, rootParent: SpanId | null, at: number, more: Attributes = {}): Span[] {
    const spans = [...this.inner].flatMap((scope) => scope.close(trace, rootParent, at));
    this.parent?.inner.delete(this);
    if (this.#isLeftOut) return spans;
    const { id, name, kind, startedAt } = this.opened;
    const spanKind: SpanKind = kind === 'task' ? 'client' : 'internal';
    return [...spans, { trace, id, parent: this.parent?.opened.id ?? rootParent, name, kind: spanKind, startedAt, endedAt: Math.max(startedAt, at), attributes: { ...this.attributes, ...more }, failure: this.failure }];
  }
}
