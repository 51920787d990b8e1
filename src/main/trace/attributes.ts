/** The ids of a line of the log, as attributes of a span. */
import { DeploymentId, PipelineId, pipelineParts } from '../../domain/ids.ts';
import type { Attributes } from '../../domain/trace/span.ts';
import { subjectOf, type Subject } from '../subject.ts';

const NAMES = {
  pipelineId: 'slipway.pipeline', deploymentId: 'slipway.deployment', deliveryId: 'slipway.delivery', service: 'slipway.service', environment: 'slipway.environment',
  stage: 'slipway.stage', batch: 'slipway.batch', verb: 'slipway.verb', gate: 'slipway.gate', revision: 'slipway.revision', function: 'slipway.function',
} as const;

/** With what follows from the ids: a pipeline's is of a service, a deployment's of an environment too. */
export function attributesOf(subject: Subject): Attributes {
  const given = Object.fromEntries(Object.entries(NAMES).flatMap(([field, name]) => {
    const value = subject[field];
    return typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [];
  }));
  const pipeline = PipelineId.safeParse(subject['pipelineId']).data;
  const deployment = DeploymentId.safeParse(subject['deploymentId']).data;
  return {
    ...(pipeline === undefined ? {} : { 'slipway.service': pipelineParts(pipeline).service }),
    ...(pipeline === undefined || deployment?.startsWith(`${pipeline}-`) !== true ? {} : { 'slipway.environment': deployment.slice(pipeline.length + 1) }),
    ...given,
  };
}

/** Of an execution's input, a state's, or a function's payload. */
export const idsIn = (document: unknown): Attributes => attributesOf(subjectOf(document));
