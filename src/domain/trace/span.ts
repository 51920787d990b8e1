/** A span: one piece of work in a trace, with its time, what it is about, and how it failed. https://opentelemetry.io/docs/specs/otel/trace/api/#span */
import type { SpanId, TraceId } from './trace-parent.ts';

/** https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
export const SPAN_KINDS = ['internal', 'server', 'client'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanFailure {
  /** The error's name. */
  readonly name: string;
  readonly message: string;
}

export interface Span {
  readonly trace: TraceId;
  readonly id: SpanId;
  /** Null for the first of its trace. */
  readonly parent: SpanId | null;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly failure: SpanFailure | null;
}

/** A pipeline also retires revisions that others have placed: whose work it is stays. */
const WHOSE = ['slipway.pipeline', 'slipway.deployment'] as const;

/** What is said of a part, with what is said of the whole that it is a part of. */
export const within = (whole: Attributes, part: Attributes): Attributes => ({ ...whole, ...part, ...Object.fromEntries(WHOSE.flatMap((name) => (whole[name] === undefined ? [] : [[name, whole[name]]]))) });

const MESSAGE_CHARACTERS_MAX = 500;

export const failureOf = (error: unknown): SpanFailure => ({
  name: error instanceof Error ? error.name : 'Unknown', message: (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_CHARACTERS_MAX),
});
