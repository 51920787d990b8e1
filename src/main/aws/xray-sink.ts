/** Spans of a function as subsegments of X-Ray. The function's own segment is Lambda's, and takes no annotations. */
import { createDaemon } from '../../adapters/aws/xray/daemon.ts';
import { readXrayHeader, xrayHeader } from '../../adapters/aws/xray/trace-header.ts';
import { processEnvironment, xrayConfig } from '../../config.ts';
import { traceParent } from '../../domain/trace/trace-parent.ts';
import type { SpanSink } from '../platform.ts';

const OF_AWS = /\.amazonaws\.com(?:\.cn)?(?::\d+)?$/;
/** Of every step, and several: they would fill a trace that has room for little. */
const UNWANTED = /^(?:dynamodb|secretsmanager|ssm)\./;

/** Null where Lambda does not trace. Read once: it is the same for as long as the process lives. */
export function xraySink(): SpanSink | null {
  const { daemon } = xrayConfig(processEnvironment());
  if (daemon === null) return null;
  const { tell, left } = createDaemon(daemon);
  return {
    hasExecutions: false, incoming: () => readXrayHeader(xrayConfig(processEnvironment()).header), tell, left,
    // The invocation is one already.
    inRequest: (_event, _operation, run) => run(),
    isWanted: (host) => !UNWANTED.test(host),
    headersTo: (context, host) => [OF_AWS.test(host) ? ['x-amzn-trace-id', xrayHeader(context)] : ['traceparent', traceParent(context)]],
  };
}
