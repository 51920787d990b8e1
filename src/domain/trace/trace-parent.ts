/** W3C Trace Context: which trace a piece of work belongs to, and which span it comes from. https://www.w3.org/TR/trace-context/#traceparent-header */
import { createHash } from 'node:crypto';
import * as z from 'zod';

export const TraceId = z.string().regex(/^(?!0{32})[0-9a-f]{32}$/, '32 hexadecimal digits, not all 0').brand<'TraceId'>();
export type TraceId = z.infer<typeof TraceId>;

export const SpanId = z.string().regex(/^(?!0{16})[0-9a-f]{16}$/, '16 hexadecimal digits, not all 0').brand<'SpanId'>();
export type SpanId = z.infer<typeof SpanId>;

/** As the header has it: `00-<trace>-<span>-<flags>`. */
export const TraceParent = z.string().regex(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/, '00-<trace>-<span>-<flags>').brand<'TraceParent'>();
export type TraceParent = z.infer<typeof TraceParent>;

export interface TraceContext {
  readonly trace: TraceId;
  readonly span: SpanId;
  /** Whether whoever sent it records its own part. */
  readonly isSampled: boolean;
}

const SAMPLED = 1;
/** A later version begins as this one does, and may go on behind another dash. */
const HEADER = /^(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;

/** Null for a header that is absent or does not hold: whoever is sent one begins a trace of its own then. */
export function readTraceParent(header: string | undefined): TraceContext | null {
  const found = header === undefined ? undefined : HEADER.exec(header.trim())?.groups;
  if (found === undefined || found['version'] === 'ff' || (found['version'] === '00' && found['more'] !== undefined)) return null;
  const [trace, span] = [TraceId.safeParse(found['trace']).data, SpanId.safeParse(found['span']).data];
  return trace === undefined || span === undefined ? null : { trace, span, isSampled: (Number.parseInt(found['flags'] ?? '00', 16) & SAMPLED) === SAMPLED };
}

export const traceParent = ({ trace, span, isSampled }: TraceContext): TraceParent => TraceParent.parse(`00-${trace}-${span}-${isSampled ? '01' : '00'}`);

/** What is kept was parsed when it was written. */
export function contextOf(kept: TraceParent): TraceContext {
  const context = readTraceParent(kept);
  if (context === null) throw new TypeError(`${kept} is no traceparent`);
  return context;
}

/**
 * The span of something that has a name of its own in a trace. The same whenever it is asked for, so that a process that goes on after
 * another was killed gives the same span the same id, and what was sent under it keeps its parent.
 */
export function spanIdOf(trace: TraceId, ...name: readonly (string | number)[]): SpanId {
  const digits = createHash('sha256').update([trace, ...name].join('\n')).digest('hex').slice(0, 16);
  return SpanId.parse(/^0+$/.test(digits) ? digits.replace(/0$/, '1') : digits);
}
