import type { TraceParent } from '../../src/domain/trace/trace-parent.ts';
import type { Traces } from '../../src/ports/traces.ts';

/** Nothing is traced. */
export const noTraces: Traces = { toStart: () => null, within: (_find, _what, run) => run() };

/** Everything that is started goes on in this trace; what is done in a pipeline's is written down. */
export function oneTrace(trace: TraceParent): Traces & { readonly within: Traces['within']; readonly done: { readonly pipeline: string | null; readonly what: string }[] } {
  const done: { pipeline: string | null; what: string }[] = [];
  return {
    done, toStart: () => trace,
    within: async (find, what, run) => {
      done.push({ pipeline: (await find())?.pipeline ?? null, what });
      return run();
    },
  };
}
