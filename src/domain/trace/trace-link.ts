/** Where people open a trace. */
import { contextOf, type TraceId, type TraceParent } from './trace-parent.ts';

export interface TraceLink {
  readonly id: TraceId;
  /** Null where nobody has said where traces are looked at. */
  readonly url: string | null;
}

/** X-Ray writes the first 8 digits, which are when it began, apart: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids */
export const xrayTraceId = (id: TraceId): string => `1-${id.slice(0, 8)}-${id.slice(8)}`;

/** @param template an address with `{traceId}` or `{xrayId}` in it */
export function traceLink(trace: TraceParent | null, template: string | undefined): TraceLink | null {
  if (trace === null) return null;
  const id = contextOf(trace).trace;
  return { id, url: template?.replaceAll('{traceId}', id).replaceAll('{xrayId}', xrayTraceId(id)) ?? null };
}
