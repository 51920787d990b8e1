/** The traces that work is part of: OpenTelemetry on one machine, X-Ray on AWS. Nothing depends on them: with none, everything goes as it does with. */
import type { Attributes } from '../domain/trace/span.ts';
import type { TraceParent } from '../domain/trace/trace-parent.ts';

export interface Traces {
  /** The trace that something which is started now goes on in: that of the work at hand, or one that begins here. Null where nothing is traced. */
  toStart(what: string): TraceParent | null;
  /**
   * Does a part of a pipeline's work that its state machines do not ask for, such as telling others of it, in the pipeline's trace.
   * @param find the pipeline's trace; asked only where it is used. Null: it has none
   */
  within<R>(find: () => Promise<PipelineTrace | null>, what: string, run: () => Promise<R>): Promise<R>;
}

/** A pipeline's own: `parent` is what started it. */
export interface PipelineTrace {
  readonly pipeline: string;
  readonly parent: TraceParent;
  readonly attributes: Attributes;
}
