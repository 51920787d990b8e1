/** What people ask: how it is, what happened, why. Read only. */
import * as z from 'zod';
import { Approval } from '../domain/approval.ts';
import { Deployment, type TestResult } from '../domain/deployment.ts';
import type { GateRun } from '../domain/gate-run.ts';
import { deploymentId, pipelineId, PipelineId, pipelineParts, type EnvironmentName, type ServiceName } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { type Delivery, Service } from '../domain/service.ts';
import type { Desired, Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { pendingApprovals } from './decide.ts';
import { findDesired, findObserved, gateRuns, getPipeline, list, read, testResults } from './state/documents.ts';
import { approvalKey, deploymentKey, runningKey, servicePartition, shards } from './state/keys.ts';
import { approvalIdOf } from './gates.ts';
import { auditPart, deliveriesPart } from './lists.ts';
import type { AuditEntry } from './state/desire.ts';

export interface PlaceStatus {
  readonly environment: EnvironmentName;
  readonly desired: Desired | null;
  readonly observed: Observed | null;
}

export interface ServiceStatus {
  readonly service: Service;
  readonly places: readonly PlaceStatus[];
  readonly running: readonly Pipeline[];
  readonly waiting: readonly Omit<Approval, 'token'>[];
  /** The newest pipeline of a service that has no release anywhere: why there is nothing. */
  readonly last: Pipeline | null;
}

const withoutToken = ({ token: _token, ...approval }: Approval): Omit<Approval, 'token'> => approval;

export const services = (needs: Pick<Ports, 'store'>) => async (): Promise<Service[]> => (await list(needs.store, Service, 'services', '')).map((stored) => stored.value);

/** As far back as pipelines that still run are looked for. */
const RECENT_PIPELINES = 20;

export const status = (needs: Pick<Ports, 'store' | 'environments'>) => async (service: Service): Promise<ServiceStatus> => {
  const { environments } = await needs.environments.read();
  const places = await Promise.all(environments.map(({ name }) => placeStatus(needs)(service.name, name)));
  return { service, places, last: await lastOf(needs, service, places), running: await runningOf(needs, service), waiting: (await pendingApprovals(needs, service.name)).map(({ approval }) => withoutToken(approval.value)) };
};

/** Of many services at once: what runs and what waits is read once for all of them. */
export const statuses = (needs: Pick<Ports, 'store' | 'environments'>) => async (wanted: readonly Service[]): Promise<ServiceStatus[]> => {
  const { environments } = await needs.environments.read();
  const names = new Set(wanted.map(({ name }) => name));
  const running = await allRunning(needs, names);
  const waiting = (await pendingApprovals(needs)).map(({ approval }) => withoutToken(approval.value));
  return Promise.all(wanted.map(async (service) => {
    const places = await Promise.all(environments.map(({ name }) => placeStatus(needs)(service.name, name)));
    return {
      service, places, last: await lastOf(needs, service, places),
      running: running.filter((pipeline) => pipeline.service === service.name).sort((one, other) => other.number - one.number), waiting: waiting.filter(({ subject }) => subject.service === service.name),
    };
  }));
};

async function lastOf(needs: Pick<Ports, 'store'>, { name, pipelines }: Service, places: readonly PlaceStatus[]): Promise<Pipeline | null> {
  if (pipelines === 0 || places.some(({ desired }) => desired !== null && desired.stable !== null)) return null;
  return (await getPipeline(needs.store, pipelineId(name, pipelines))).value;
}

async function allRunning(needs: Pick<Ports, 'store'>, names: ReadonlySet<ServiceName>): Promise<Pipeline[]> {
  const marks = await Promise.all(shards().map((shard) => list(needs.store, z.object({ pipeline: PipelineId }), `running#${shard}`, '')));
  const ids = marks.flat().map(({ value }) => value.pipeline).filter((id) => names.has(pipelineParts(id).service));
  return (await Promise.all(ids.map(async (id) => (await getPipeline(needs.store, id)).value))).filter(({ status }) => status.kind === 'running');
}

export const placeStatus = (needs: Pick<Ports, 'store'>) => async (service: ServiceName, environment: EnvironmentName): Promise<PlaceStatus> => ({
  environment, desired: (await findDesired(needs.store, service, environment))?.value ?? null, observed: (await findObserved(needs.store, service, environment))?.value ?? null,
});

/** By their small items, as a pipeline itself holds a whole manifest. */
async function runningOf(needs: Pick<Ports, 'store'>, { name, pipelines }: Service): Promise<Pipeline[]> {
  const ids = Array.from({ length: Math.min(RECENT_PIPELINES, pipelines) }, (_, back) => pipelineId(name, pipelines - back));
  const marked = await Promise.all(ids.map(async (id) => ((await needs.store.get(runningKey(id))) === undefined ? undefined : (await getPipeline(needs.store, id)).value)));
  return marked.filter((pipeline) => pipeline?.status.kind === 'running') as Pipeline[];
}

export const history = (needs: Pick<Ports, 'store'>) => async (service: ServiceName, limit: number): Promise<Pipeline[]> =>
  (await list(needs.store, Pipeline, servicePartition(service), 'pipeline#', limit, 'descending')).map((stored) => stored.value);

export interface PipelineDetail {
  readonly pipeline: Pipeline;
  readonly deployments: readonly { readonly deployment: Deployment; readonly tests: readonly TestResult[]; readonly gates: readonly GateRun[]; readonly approvals: readonly Omit<Approval, 'token'>[]; readonly observed: Observed | null }[];
}

export const pipelineDetail = (needs: Pick<Ports, 'store'>) => async (id: PipelineId): Promise<PipelineDetail> => {
  const { value: pipeline } = await getPipeline(needs.store, id);
  const deployments = [];
  for (const environment of pipeline.waves.flat()) {
    const deployment = await read(needs.store, Deployment, deploymentKey(deploymentId(id, environment)));
    if (deployment === undefined) continue;
    deployments.push({
      deployment: deployment.value, tests: await testResults(needs.store, deployment.value.id), gates: await gateRuns(needs.store, deployment.value.id), approvals: await approvalsOf(needs, deployment.value),
      observed: (await findObserved(needs.store, pipeline.service, environment))?.value ?? null,
    });
  }
  return { pipeline, deployments };
};

async function approvalsOf(needs: Pick<Ports, 'store'>, deployment: Deployment): Promise<Omit<Approval, 'token'>[]> {
  const { stages } = deployment.plan;
  const gates = Object.entries(stages).flatMap(([stage, plan]) => (plan === null ? [] : [
    ...plan.gatesBefore.map((_gate, index) => `${stage}-before-${index}`), ...plan.gatesAfter.map((_gate, index) => `${stage}-after-${index}`),
    ...plan.batches.map((_batch, index) => `inconclusive-${stage}-${index}`),
  ]));
  const found = await Promise.all(['approval', ...gates].map((gate) => read(needs.store, Approval, approvalKey(approvalIdOf(deployment.id, gate)))));
  return found.filter((approval) => approval !== undefined).map((approval) => withoutToken(approval.value));
}

export const deliveries = (needs: Pick<Ports, 'store'>) => async (limit: number): Promise<readonly Delivery[]> => (await deliveriesPart(needs)({ limit })).items;

export const audit = (needs: Pick<Ports, 'store'>) => async (service: ServiceName, environment: EnvironmentName, limit: number): Promise<readonly AuditEntry[]> => (await auditPart(needs)(service, environment, { limit })).items;
