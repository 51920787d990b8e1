/** A collector of OpenTelemetry: takes spans by OTLP over real HTTP, strictly as the protocol has them, and puts them together. */
import * as z from 'zod';
import { startReceiver, type Received, type Receiver } from './receiver.ts';

const hex = (digits: number) => z.string().regex(new RegExp(`^(?!0{${digits}})[0-9a-f]{${digits}}$`));
const Nanos = z.string().regex(/^\d{19}$/).transform(BigInt);
const Value = z.union([z.strictObject({ stringValue: z.string() }), z.strictObject({ boolValue: z.boolean() }), z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }), z.strictObject({ doubleValue: z.number() })]);
const KeyValues = z.array(z.strictObject({ key: z.string().min(1), value: Value })).transform((pairs): Record<string, unknown> => Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]])));
/** https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto */
const Span = z.strictObject({
  traceId: hex(32), spanId: hex(16), parentSpanId: hex(16).optional(), name: z.string().min(1), kind: z.int().min(1).max(5), startTimeUnixNano: Nanos, endTimeUnixNano: Nanos, attributes: KeyValues,
  status: z.strictObject({ code: z.literal(2), message: z.string() }).optional(),
});
const Request = z.strictObject({ resourceSpans: z.array(z.strictObject({ resource: z.strictObject({ attributes: KeyValues }), scopeSpans: z.array(z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(Span).min(1) })) })) });
export type SentSpan = z.infer<typeof Span>;

export const spansIn = ({ body }: Pick<Received, 'body'>): SentSpan[] => Request.parse(JSON.parse(body)).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
export const resourceIn = ({ body }: Pick<Received, 'body'>): Record<string, unknown> => Request.parse(JSON.parse(body)).resourceSpans[0]?.resource.attributes ?? {};

export interface Collector extends Receiver {
  /** Everything that came, each span once: one that came again must say the same. */
  spans(): SentSpan[];
  /** Those of a trace, the earliest first. */
  trace(id: string): SentSpan[];
}

export async function startCollector(): Promise<Collector> {
  const receiver = await startReceiver();
  const spans = (): SentSpan[] => {
    const known = new Map<string, SentSpan>();
    for (const request of receiver.received.filter(({ path }) => path === '/v1/traces')) {
      for (const span of spansIn(request)) {
        const earlier = known.get(`${span.traceId} ${span.spanId}`);
        if (earlier !== undefined && (earlier.name !== span.name || earlier.parentSpanId !== span.parentSpanId)) throw new Error(`two spans have the id ${span.spanId}: ${earlier.name} and ${span.name}`);
        known.set(`${span.traceId} ${span.spanId}`, span);
      }
    }
    return [...known.values()];
  };
  return Object.assign(receiver, {
    spans, trace: (id: string) => spans().filter(({ traceId }) => traceId === id).sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano)),
  });
}

/** Spans whose parent is not among them, but for those that a sender elsewhere began. */
export function orphans(spans: readonly SentSpan[], senders: readonly string[] = []): string[] {
  const ids = new Set([...spans.map(({ spanId }) => spanId), ...senders]);
  return spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId)).map(({ name, spanId }) => `${name} ${spanId}`);
}
