/** Traces of one machine: spans of state machines, requests and calls, sent by OTLP. Made only where an endpoint is configured. */
import { createExporter } from '../../adapters/otlp/exporter.ts';
import type { SpanSending } from '../../domain/trace/span-sending.ts';
import { traceParent } from '../../domain/trace/trace-parent.ts';
import type { InvokedBy } from '../../engine/index.ts';
import type { ItemStore } from '../../ports/item-store.ts';
import type { Platform, SpanSink } from '../platform.ts';
import { createExecutionTraces, type ExecutionTraces } from './executions.ts';
import { followRequests } from './outgoing.ts';
import { inRequest } from './request.ts';
import { withReleases } from './releases.ts';
import { outside, under } from './work.ts';

export interface LocalTracing {
  readonly sink: SpanSink;
  readonly executions: ExecutionTraces;
  /** Calls a function as part of the task that asks for it, or of nothing. */
  call<R>(by: InvokedBy, run: () => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/** At the end of the control plane, so that an orderly end loses nothing. */
const LAST_SPANS_MS = 2000;

export function createLocalTracing(given: { readonly settings: SpanSending; readonly store: () => Pick<ItemStore, 'get'>; readonly log: Platform['log']; readonly measure: Platform['measure'] }): LocalTracing {
  const exporter = createExporter({
    settings: given.settings, complete: withReleases(given.store), said: (level, message) => given.log(level, message, { part: 'traces' }),
    count: (outcome, value) => given.measure({ name: 'TraceSpans', value, outcome }),
  });
  const collector = new URL(given.settings.url).host;
  const executions = createExecutionTraces((spans) => outside(() => exporter.add(spans)));
  followRequests();
  return {
    executions,
    sink: {
      hasExecutions: true, incoming: () => null, inRequest, tell: (spans) => exporter.add(spans), left: async () => undefined,
      isWanted: (host) => host !== collector,
      headersTo: (context) => [['traceparent', traceParent(context)]],
    },
    call: (by, run) => {
      const work = executions.workOf(by);
      return work === undefined ? outside(run) : under(work, run);
    },
    close: () => exporter.close(LAST_SPANS_MS),
  };
}
