/** What an event means for people: the notifications of the documents that it names, as they are now. */
import { Approval } from '../../domain/approval.ts';
import type { Change, ChangeEvent } from '../../domain/change.ts';
import { Deployment } from '../../domain/deployment.ts';
import { ApprovalId, DeploymentId, type PipelineId, type ServiceName } from '../../domain/ids.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import { type About, ofAlert, ofApproval, ofDeployment, ofPipeline } from '../../domain/notification/notifications-of.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import { Service } from '../../domain/service.ts';
import type { Ports } from '../../ports/index.ts';
import { KeptAlert } from '../alerts.ts';
import { read } from '../state/documents.ts';
import { approvalKey, deploymentKey, pipelineKey, serviceKey } from '../state/keys.ts';

/** What began longer ago than this is no news when something else of its document changes. */
const NEWS_FOR_MS = 10 * 60_000;

type Needs = Pick<Ports, 'store' | 'settings'>;

/** Oldest first. */
export async function notificationsIn(needs: Needs, event: ChangeEvent): Promise<Notification[]> {
  const all = (await Promise.all(event.changes.map((change) => ofChange(needs, change)))).flat();
  return all.filter(({ at }) => at >= event.at - NEWS_FOR_MS).sort((one, other) => one.at - other.at);
}

async function ofChange(needs: Needs, { what, service, pipeline, id }: Change): Promise<Notification[]> {
  switch (what) {
    case 'pipeline': return pipeline === null ? [] : ofPipelineNamed(needs, pipeline);
    case 'deployment': return id === null ? [] : ofDeploymentNamed(needs, id);
    case 'approval': return id === null ? [] : ofApprovalNamed(needs, id, pipeline);
    case 'alert': return id === null ? [] : ofAlertNamed(needs, id, service);
    case 'service': case 'test': case 'desired': case 'observed': case 'pull-request': return [];
  }
}

async function about({ store, settings }: Needs, service: ServiceName | null): Promise<About> {
  const known = service === null ? undefined : await read(store, Service, serviceKey(service));
  return { team: known?.value.team ?? null, publicUrl: settings.publicUrl };
}

async function ofPipelineNamed(needs: Needs, id: PipelineId): Promise<Notification[]> {
  const found = await read(needs.store, Pipeline, pipelineKey(id));
  return found === undefined ? [] : ofPipeline(found.value, await about(needs, found.value.service));
}

async function ofDeploymentNamed(needs: Needs, id: string): Promise<Notification[]> {
  const found = await read(needs.store, Deployment, deploymentKey(DeploymentId.parse(id)));
  const pipeline = found === undefined ? undefined : await read(needs.store, Pipeline, pipelineKey(found.value.pipeline));
  return found === undefined || pipeline === undefined ? [] : ofDeployment(found.value, pipeline.value, await about(needs, found.value.service));
}

async function ofApprovalNamed(needs: Needs, id: string, pipeline: PipelineId | null): Promise<Notification[]> {
  const found = await read(needs.store, Approval, approvalKey(ApprovalId.parse(id)));
  return found === undefined ? [] : ofApproval(found.value, pipeline, await about(needs, found.value.subject.service));
}

async function ofAlertNamed(needs: Needs, id: string, service: ServiceName | null): Promise<Notification[]> {
  const found = await read(needs.store, KeptAlert, { partition: 'alerts', sort: id });
  return found === undefined ? [] : ofAlert(found.value, id, await about(needs, service));
}
