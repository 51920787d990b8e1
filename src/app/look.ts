/** What people ask: how it is, what happened, why. Read only. */
import * as z from 'zod';
import { Approval } from '../domain/approval.ts';
import { Deployment, type TestResult } from '../domain/deployment.ts';
import { deploymentId, DeliveryId, type EnvironmentName, type PipelineId, type ServiceName } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { Delivery, Service } from '../domain/service.ts';
import type { Desired, Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { pendingApprovals } from './decide.ts';
import { AuditEntry } from './state/desire.ts';
import { findDesired, findObserved, getPipeline, list, read, testResults } from './state/documents.ts';
import { approvalKey, auditKey, deliveryKey, deploymentKey, servicePartition } from './state/keys.ts';
import { approvalIdOf } from './gates.ts';

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
}

const withoutToken = ({ token: _token, ...approval }: Approval): Omit<Approval, 'token'> => approval;

export const services = (needs: Pick<Ports, 'store'>) => async (): Promise<Service[]> => (await list(needs.store, Service, 'services', '')).map((stored) => stored.value);

export const status = (needs: Pick<Ports, 'store' | 'environments'>) => async (service: Service): Promise<ServiceStatus> => {
  const { environments } = await needs.environments.read();
  const places = await Promise.all(environments.map(async ({ name }): Promise<PlaceStatus> => ({
    environment: name, desired: (await findDesired(needs.store, service.name, name))?.value ?? null, observed: (await findObserved(needs.store, service.name, name))?.value ?? null,
  })));
  const recent = await list(needs.store, Pipeline, servicePartition(service.name), 'pipeline#', 20, 'descending');
  return { service, places, running: recent.map((stored) => stored.value).filter((pipeline) => pipeline.status.kind === 'running'), waiting: (await pendingApprovals(needs, service.name)).map(({ approval }) => withoutToken(approval.value)) };
};

export const history = (needs: Pick<Ports, 'store'>) => async (service: ServiceName, limit: number): Promise<Pipeline[]> =>
  (await list(needs.store, Pipeline, servicePartition(service), 'pipeline#', limit, 'descending')).map((stored) => stored.value);

export interface PipelineDetail {
  readonly pipeline: Pipeline;
  readonly deployments: readonly { readonly deployment: Deployment; readonly tests: readonly TestResult[]; readonly approvals: readonly Omit<Approval, 'token'>[]; readonly observed: Observed | null }[];
}

export const pipelineDetail = (needs: Pick<Ports, 'store'>) => async (id: PipelineId): Promise<PipelineDetail> => {
  const { value: pipeline } = await getPipeline(needs.store, id);
  const deployments = [];
  for (const environment of pipeline.waves.flat()) {
    const deployment = await read(needs.store, Deployment, deploymentKey(deploymentId(id, environment)));
    if (deployment === undefined) continue;
    deployments.push({
      deployment: deployment.value, tests: await testResults(needs.store, deployment.value.id), approvals: await approvalsOf(needs, deployment.value),
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

/** Deliveries, newest first: what each push became, refusals with their reasons. */
export const deliveries = (needs: Pick<Ports, 'store'>) => async (limit: number): Promise<Delivery[]> => {
  const refs = await list(needs.store, z.object({ delivery: DeliveryId }), 'admissions', '', limit, 'descending');
  const found = await Promise.all(refs.map((ref) => read(needs.store, Delivery, deliveryKey(ref.value.delivery))));
  return found.filter((delivery) => delivery !== undefined).map((delivery) => delivery.value);
};

/** Every change of a place's desired state, newest first: who, why, from which commit, old and new. */
export const audit = (needs: Pick<Ports, 'store'>) => async (service: ServiceName, environment: EnvironmentName, limit: number): Promise<AuditEntry[]> =>
  (await list(needs.store, AuditEntry, auditKey(service, environment, 0).partition, '', limit, 'descending')).map((stored) => stored.value);
