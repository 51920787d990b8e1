/** One service in one environment. */
import * as z from 'zod';
import { Deployment } from '../../domain/deployment.ts';
import { DeploymentId, EnvironmentName, Generation, Identity, RevisionId, ServiceName } from '../../domain/ids.ts';
import { ArmCounts } from '../../domain/judge/counts.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import { Weights } from '../../domain/route.ts';
import { Desired } from '../../domain/state.ts';
import { Moment, operation, PAGE_ITEMS_MAX, paging, Time, Why } from './operation.ts';
import { PlaceStatus } from './services.ts';

export const AuditEntry = z.strictObject({
  at: Time, by: Identity, why: z.string(), generation: Generation, commit: z.string().nullable(), before: Desired.nullable(), after: Desired,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** What was asked for from then on, until the next one. */
export const WeightsPoint = z.strictObject({ at: Time, weights: Weights, deployment: DeploymentId.nullable() });
export type WeightsPoint = z.infer<typeof WeightsPoint>;

const tag = 'One service in one environment';
const params = z.object({ service: ServiceName, environment: EnvironmentName });
const at = '/v1/services/:service/environments/:environment' as const;

export const readPlace = operation({ id: 'readPlace', method: 'GET', path: at, tag, action: 'view', params, summary: 'What is asked for there and what runs', answer: PlaceStatus });
export const readDesired = operation({ id: 'readDesired', method: 'GET', path: `${at}/desired`, tag, action: 'view', params, summary: 'What is asked for there. Its ETag is what `If-Match` of the changes below takes', answer: Desired });
export const rollback = operation({
  id: 'rollback', method: 'POST', path: `${at}/rollback`, tag, action: 'rollback', params, status: 202, guarded: true, summary: 'Back to the release before, or to the one named; while a deployment is at work: back to the stable one',
  body: z.strictObject({ version: z.string().min(1).max(128).optional() }), answer: Pipeline,
});
export const promote = operation({ id: 'promote', method: 'POST', path: `${at}/promote`, tag, action: 'promote', params, summary: 'Ends the hold at work early, on the evidence there is', body: z.strictObject({}), answer: Deployment });
export const pause = operation({ id: 'pause', method: 'POST', path: `${at}/pause`, tag, action: 'pause', params, guarded: true, summary: 'Stops repair', body: z.strictObject({ why: Why }), answer: Desired });
export const resume = operation({ id: 'resume', method: 'POST', path: `${at}/resume`, tag, action: 'pause', params, guarded: true, summary: 'Starts it again', body: z.strictObject({ why: Why }), answer: Desired });
export const scale = operation({
  id: 'scale', method: 'POST', path: `${at}/scale`, tag, action: 'scale', params, guarded: true, summary: 'Until the next release; 0 stops the instances and keeps the release', body: z.strictObject({ instances: z.int().min(0).max(10_000), why: Why }), answer: Desired,
});
export const markZone = operation({
  id: 'markZone', method: 'POST', path: `${at}/zones`, tag, action: 'zone', params, guarded: true, summary: 'Moves instances away from a lost zone', body: z.strictObject({ zone: z.string().min(1).max(30), lost: z.boolean(), why: Why }), answer: Desired,
});
export const readWeights = operation({
  id: 'readWeights', method: 'GET', path: `${at}/weights`, tag, action: 'view', params, query: z.object({ since: Moment.optional(), until: Moment.optional(), limit: z.coerce.number().int().min(1).max(PAGE_ITEMS_MAX).default(200) }),
  summary: 'How traffic was shared over time, as each change of desired state set it: the newest `limit` changes, oldest first, the first of them in force at `since`', answer: z.array(WeightsPoint),
});
export const readLogs = operation({
  id: 'readLogs', method: 'GET', path: `${at}/logs`, tag, action: 'view', params, paged: true,
  summary: 'The end of each instance\'s output. Where a look at it is paid for there is a `next` link: what is written after this look',
  query: z.object({ bytes: z.coerce.number().int().min(1).max(1024 * 1024).default(16 * 1024), cursor: paging(1).cursor }), answer: z.array(z.strictObject({ instance: z.string(), revision: z.string(), text: z.string() })),
});
export const readCounts = operation({
  id: 'readCounts', method: 'GET', path: `${at}/counts`, tag, action: 'view', params, summary: 'What the metrics source has counted per revision since its epoch began: requests, failures by class, latencies. The judge reads the same',
  answer: z.strictObject({ epoch: z.string(), at: Time, stable: RevisionId.nullable(), revisions: z.record(RevisionId, ArmCounts) }),
});
export const readAudit = operation({ id: 'readAudit', method: 'GET', path: `${at}/audit`, tag, action: 'view', params, paged: true, query: z.object(paging(50)), summary: 'Every change of desired state, newest first: who, why, from which commit, before and after', answer: z.array(AuditEntry) });
