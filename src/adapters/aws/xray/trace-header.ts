/** X-Ray's tracing header: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
import { SpanId, TraceId, type TraceContext } from '../../../domain/trace/trace-parent.ts';
import { xrayTraceId } from '../../../domain/trace/trace-link.ts';

/** `Root=1-<8 digits>-<24 digits>;Parent=<16 digits>;Sampled=1`, in any order and with more besides. Null for a header that names no trace or no parent. */
export function readXrayHeader(header: string | undefined): TraceContext | null {
  const fields = new Map((header ?? '').split(';').map((field): [string, string] => [field.slice(0, field.indexOf('=')).trim(), field.slice(field.indexOf('=') + 1).trim()]));
  const [, seconds = '', rest = ''] = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(fields.get('Root') ?? '') ?? [];
  const [trace, span] = [TraceId.safeParse(`${seconds}${rest}`).data, SpanId.safeParse(fields.get('Parent')).data];
  return trace === undefined || span === undefined ? null : { trace, span, isSampled: fields.get('Sampled') === '1' };
}

export const xrayHeader = ({ trace, span, isSampled }: TraceContext): string => `Root=${xrayTraceId(trace)};Parent=${span};Sampled=${isSampled ? '1' : '0'}`;
