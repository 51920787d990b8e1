/** The port of use cases: in which trace something goes on that they start, and what they do for a pipeline beside its state machines. */
import { telemetry } from '#telemetry';
import { executionSpanId } from '../../domain/trace/execution-spans.ts';
import { contextOf, traceParent, type TraceContext } from '../../domain/trace/trace-parent.ts';
import type { Traces } from '../../ports/traces.ts';
import { begun, inSpan, origin } from './work.ts';

export const traces: Traces = {
  toStart: (what) => {
    const sink = telemetry.spans();
    if (sink === null) return null;
    // Whatever a sender's flags say: a pipeline is recorded whole.
    return traceParent({ ...(origin() ?? sink.incoming() ?? begun(`start ${what}`)), isSampled: true });
  },
  within: async (find, what, run) => {
    if (telemetry.spans()?.hasExecutions !== true) return run();
    // Telling others must not fail because its trace could not be found.
    const found = await find().catch(() => null);
    if (found === null) return run();
    const { trace } = contextOf(found.parent);
    const parent: TraceContext = { trace, span: executionSpanId(trace, 'pipeline', found.pipeline), isSampled: true };
    return inSpan({ name: what, kind: 'internal', attributes: found.attributes, parent }, async (span) => {
      const outcome = await run();
      if (!span.hasInner) span.drop();
      return outcome;
    });
  },
};
