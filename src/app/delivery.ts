/** How well a team delivers, from its pipelines and their deployments in production. */
import { Deployment } from '../domain/deployment.ts';
import { deliveryOverTime, deliveryPerformance, windowStart, type DeliveryPerformance, type DeliveryPeriod, type ProductionDeployment } from '../domain/delivery-performance.ts';
import { NotFound } from '../domain/errors.ts';
import { deploymentId, type EnvironmentName, type ServiceName } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import type { Ports } from '../ports/index.ts';
import { services } from './look.ts';
import { read } from './state/documents.ts';
import { deploymentKey, servicePartition } from './state/keys.ts';

/** Of a team, over all its services: more are not looked at, and the answer says so. */
const PIPELINES_MAX = 5000;
const PAGE_PIPELINES = 100;
/** As many points as a small plot has room for. */
const PERIODS_MAX = 30;

export interface Delivery extends DeliveryPerformance {
  readonly team: string;
  readonly since: number;
  readonly until: number;
  readonly services: readonly ServiceName[];
  readonly periods: readonly DeliveryPeriod[];
  readonly truncated: boolean;
}

/** @throws NotFound for a team without services */
export const delivery = (needs: Pick<Ports, 'store' | 'clock' | 'environments'>) => async (team: string, days: number): Promise<Delivery> => {
  const names = (await services(needs)()).filter((service) => service.team === team).map(({ name }) => name);
  if (names.length === 0) throw new NotFound(`No service belongs to the team "${team}". See the teams with "slipway status".`);
  const production = (await needs.environments.read()).environments.filter(({ kind }) => kind === 'production').map(({ name }) => name);
  const until = needs.clock.now();
  const since = windowStart(until, days);
  const found: ProductionDeployment[] = [];
  let looked = 0;
  for (const name of names) looked += await ofService(needs, name, since, production, PIPELINES_MAX - looked, found);
  return { team, since, until, services: names, ...deliveryPerformance(found, days), periods: deliveryOverTime(found, { since, until }, Math.min(days, PERIODS_MAX)), truncated: looked >= PIPELINES_MAX };
};

/** Newest first, until the window's start. Answers how many pipelines were looked at. */
async function ofService(needs: Pick<Ports, 'store'>, service: ServiceName, since: number, production: readonly EnvironmentName[], room: number, found: ProductionDeployment[]): Promise<number> {
  let looked = 0;
  let cursor: string | undefined;
  while (looked < room) {
    const page = await needs.store.query(servicePartition(service), 'pipeline#', { limit: Math.min(PAGE_PIPELINES, room - looked), order: 'descending', ...(cursor === undefined ? {} : { after: cursor }) });
    for (const { value } of page.items) {
      const pipeline = Pipeline.parse(value);
      looked += 1;
      // One that began before may have ended inside the window; its deployments tell.
      const ended = await ofPipeline(needs, pipeline, production);
      found.push(...ended.filter(({ endedAt }) => endedAt >= since));
      if (pipeline.startedAt < since && ended.every(({ endedAt }) => endedAt < since)) return looked;
    }
    cursor = page.next;
    if (cursor === undefined) return looked;
  }
  return looked;
}

async function ofPipeline(needs: Pick<Ports, 'store'>, pipeline: Pipeline, production: readonly EnvironmentName[]): Promise<ProductionDeployment[]> {
  const environments = pipeline.waves.flat().filter((environment) => production.includes(environment));
  const deployments = await Promise.all(environments.map((environment) => read(needs.store, Deployment, deploymentKey(deploymentId(pipeline.id, environment)))));
  return deployments.flatMap((stored) => {
    if (stored === undefined || (stored.value.status.kind !== 'succeeded' && stored.value.status.kind !== 'rolled-back')) return [];
    const { service, environment, status, startedAt } = stored.value;
    return [{ service, environment, cause: pipeline.cause, committedAt: pipeline.cause === 'push' ? pipeline.startedAt : null, startedAt, endedAt: status.at, outcome: outcomeOf(status) }];
  });
}

const outcomeOf = (status: Extract<Deployment['status'], { at: number }>): ProductionDeployment['outcome'] =>
  status.kind === 'succeeded' ? 'succeeded' : status.error === 'Superseded' || status.error === 'Cancelled' ? 'given-up' : 'taken-back';
