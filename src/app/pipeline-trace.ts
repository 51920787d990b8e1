/** The trace of a pipeline, for those who work for it outside of its state machines. */
import type { PipelineId } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import type { Ports } from '../ports/index.ts';
import type { PipelineTrace } from '../ports/traces.ts';
import { read } from './state/documents.ts';
import { pipelineKey } from './state/keys.ts';

/** Null for a pipeline that is not there, and for one that was started where nothing was traced. */
export const pipelineTrace = (needs: Pick<Ports, 'store'>, id: PipelineId | null) => async (): Promise<PipelineTrace | null> => {
  const pipeline = id === null ? undefined : (await read(needs.store, Pipeline, pipelineKey(id)))?.value;
  return pipeline == null || pipeline.trace === null ? null : { pipeline: pipeline.id, parent: pipeline.trace, attributes: { 'slipway.pipeline': pipeline.id, 'slipway.service': pipeline.service } };
};
