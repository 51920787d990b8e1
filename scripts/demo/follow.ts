/** Follows a pipeline to its end and tells what changes on the way. */
import { setTimeout as pause } from 'node:timers/promises';
import { Deliveries, PipelineDetail, type Delivery } from './answers.ts';
import { unlessAway } from './api.ts';
import { eventually } from './eventually.ts';
import type { Stage } from './stage.ts';
import type { SentDelivery } from './webhook.ts';

const LOOK_EVERY_MS = 100;
const PIPELINE_WITHIN_MS = 120_000;

type Deployed = PipelineDetail['deployments'][number];

/** The deployment in production, once there is one. */
export const inProduction = (detail: PipelineDetail): Deployed | undefined => detail.deployments.find(({ deployment }) => deployment.environment === 'production');

/** The weight of the pipeline's release in production, in percent, as it is in force; undefined before the deployment. */
export function candidateWeight(detail: PipelineDetail): number | undefined {
  const found = inProduction(detail);
  return found === undefined ? undefined : (found.observed?.weights[found.deployment.plan.candidate] ?? 0);
}

/**
 * @param look called at every look, to act on what is seen
 * @throws Error when the pipeline does not end in time
 */
export async function follow(stage: Stage, id: string, look: (detail: PipelineDetail) => Promise<void> = async () => undefined): Promise<PipelineDetail> {
  const deadline = performance.now() + PIPELINE_WITHIN_MS;
  const told = new Set<string>();
  for (;;) {
    const detail = await unlessAway(() => stage.api.get(`/v1/pipelines/${id}`, PipelineDetail));
    if (detail !== undefined) {
      for (const line of linesOf(detail)) {
        if (!told.has(line)) stage.story.line(line);
        told.add(line);
      }
      await look(detail);
      if (detail.pipeline.status.kind !== 'running') return detail;
    }
    if (performance.now() > deadline) throw new Error(`${id} did not end within ${PIPELINE_WITHIN_MS / 1000} s; it is at ${detail?.pipeline.stage}`);
    await pause(LOOK_EVERY_MS);
  }
}

function linesOf({ pipeline, deployments }: PipelineDetail): string[] {
  const lines = deployments.flatMap((deployed) => deploymentLines(pipeline.id, deployed));
  if (pipeline.digest !== null) lines.unshift(`${pipeline.id}: built once, as ${pipeline.digest.slice(0, 19)}`);
  // An abort has said its reason already.
  const told = lines.some((line) => line.includes(': abort, ')) || pipeline.status.reason === undefined;
  if (pipeline.status.kind !== 'running') lines.push(`${pipeline.id}: ${pipeline.status.kind}${told ? '' : `: ${pipeline.status.reason}`}`);
  return lines;
}

function deploymentLines(pipeline: string, { deployment, tests, observed }: Deployed): string[] {
  const { environment, plan, stage, batch } = deployment;
  const lines: string[] = [];
  if (stage !== null) lines.push(`${pipeline}: ${[...new Set([environment, stage])].join(', ')}${stage === 'rollout' && batch > 0 ? `, batch ${batch + 1}` : ''}`);
  for (const { name, outcome } of tests) lines.push(`${pipeline}: ${environment}, test "${name}" ${outcome}`);
  const weight = observed?.weights[plan.candidate];
  if (weight !== undefined && plan.stable !== null && environment === 'production') lines.push(`${pipeline}: ${weight} % of the traffic goes to the new release, ${observed?.weights[plan.stable] ?? 0} % to the old one`);
  for (const { stage: hold, verdict } of deployment.holds) {
    if (verdict !== null && (verdict.kind === 'promote' || verdict.kind === 'abort')) lines.push(`${pipeline}: the judge of the ${hold}: ${verdict.kind}, ${verdict.reason}`);
  }
  return lines;
}

type Decided = Extract<Delivery['outcome'], { kind: 'decided' }>['admissions'];

/** What became of a delivery. @throws Error when it is not decided in time */
export const admissionsOf = (stage: Stage, sent: SentDelivery | undefined): Promise<Decided> =>
  eventually('the decision about a push', { withinMs: 60_000 }, async () => {
    const found = (await stage.api.get('/v1/deliveries', Deliveries)).find(({ id }) => id === sent?.id);
    return found?.outcome.kind === 'decided' ? found.outcome.admissions : undefined;
  });

/** The pipelines that a push has started. */
export async function pipelinesOf(stage: Stage, sent: SentDelivery | undefined): Promise<{ service: string; pipeline: string }[]> {
  return (await admissionsOf(stage, sent)).flatMap(({ service, pipeline }) => (pipeline === undefined || service === null ? [] : [{ service, pipeline }]));
}
