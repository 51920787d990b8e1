/** Spans as OTLP has them in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto */
import * as z from 'zod';
import type { Attributes, Span, SpanKind } from '../../domain/trace/span.ts';

const KINDS = { internal: 1, server: 2, client: 3 } as const satisfies Record<SpanKind, number>;
const STATUS_ERROR = 2;
const NANOS_PER_MS = 1_000_000n;
/** Which library made them. */
const SCOPE = { name: 'slipway' };

type Value = { readonly stringValue: string } | { readonly boolValue: boolean } | { readonly intValue: string } | { readonly doubleValue: number };

function valueOf(value: Attributes[string]): Value {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

const keyValues = (attributes: Attributes): { readonly key: string; readonly value: Value }[] => Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));

/** Whole milliseconds apart from their fraction: together they are more than a number holds. */
const nanosOf = (ms: number): string => String(BigInt(Math.floor(ms)) * NANOS_PER_MS + BigInt(Math.round((ms % 1) * 1e6)));

const spanOf = ({ trace, id, parent, name, kind, startedAt, endedAt, attributes, failure }: Span) => ({
  traceId: trace, spanId: id, ...(parent === null ? {} : { parentSpanId: parent }), name, kind: KINDS[kind], startTimeUnixNano: nanosOf(startedAt), endTimeUnixNano: nanosOf(endedAt),
  attributes: keyValues(failure === null ? attributes : { ...attributes, 'error.type': failure.name }), ...(failure === null ? {} : { status: { code: STATUS_ERROR, message: failure.message } }),
});

/** The body of `POST /v1/traces`. @param resource who sends them: `service.name` and more */
export const exportRequest = (resource: Attributes, spans: readonly Span[]) => ({ resourceSpans: [{ resource: { attributes: keyValues(resource) }, scopeSpans: [{ scope: SCOPE, spans: spans.map(spanOf) }] }] });

/** What is answered where some were not taken: https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
export const ExportAnswer = z.object({ partialSuccess: z.object({ rejectedSpans: z.coerce.number().int().min(0).default(0), errorMessage: z.string().default('') }).optional() });
