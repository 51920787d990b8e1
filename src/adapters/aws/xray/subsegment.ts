/** A span as a subsegment of X-Ray, sent by itself: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-subsegments */
import type { Attributes, Span } from '../../../domain/trace/span.ts';
import { xrayTraceId } from '../../../domain/trace/trace-link.ts';

const PREFIX = 'slipway.';
/** What traces are found by: `annotation.pipeline = "catalog-12"`. Few, as a trace is indexed by 50 at most: https://docs.aws.amazon.com/general/latest/gr/xray.html */
export const ANNOTATED = ['pipeline', 'deployment', 'delivery', 'service', 'environment', 'stage', 'release', 'target', 'verb'] as const;
const NAME_CHARACTERS_MAX = 200;
/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-fields */
const NOT_IN_NAMES = /[^\p{L}\p{N}\s_.:/%&#=+\\\-@]/gu;

function annotationsOf(attributes: Attributes): Attributes {
  return Object.fromEntries(ANNOTATED.flatMap((name) => {
    const value = attributes[`${PREFIX}${name}`];
    return value === undefined ? [] : [[name, value]];
  }));
}

/** As JSON. The address of a request is its host's alone. */
export function subsegmentOf({ trace, id, parent, name, kind, startedAt, endedAt, attributes, failure }: Span): string {
  const host = attributes['server.address'];
  const status = attributes['http.response.status_code'];
  const isRequest = kind === 'client' && typeof host === 'string';
  const ofOthers = typeof status === 'number' && status >= 400 && status < 500;
  return JSON.stringify({
    type: 'subsegment', name: (isRequest ? host : name).replaceAll(NOT_IN_NAMES, '_').slice(0, NAME_CHARACTERS_MAX), id, trace_id: xrayTraceId(trace), ...(parent === null ? {} : { parent_id: parent }),
    start_time: startedAt / 1000, end_time: endedAt / 1000,
    ...(isRequest ? { namespace: 'remote', http: { request: { method: attributes['http.request.method'], url: `https://${host}` }, ...(typeof status === 'number' ? { response: { status } } : {}) } } : {}),
    ...(failure === null ? {} : ofOthers ? { error: true, ...(status === 429 ? { throttle: true } : {}) } : { fault: true }),
    annotations: annotationsOf(attributes),
    metadata: { slipway: { ...attributes, ...(failure === null ? {} : { error: `${failure.name}: ${failure.message}` }) } },
  });
}
