/** The audit of the whole installation, and environments as they were. */
import * as z from 'zod';
import { EnvironmentName, Generation, Identity, ServiceName } from '../../domain/ids.ts';
import { Desired } from '../../domain/state.ts';
import { Moment, operation, paging, Time } from './operation.ts';

export const AuditLine = z.strictObject({ at: Time, by: Identity, why: z.string(), service: ServiceName, environment: EnvironmentName, generation: Generation, commit: z.string().nullable() });
export type AuditLine = z.infer<typeof AuditLine>;

export const PlaceThen = z.strictObject({ service: ServiceName, desired: Desired, changedAt: Time, changedBy: Identity, why: z.string() });
export type PlaceThen = z.infer<typeof PlaceThen>;

const tag = 'Audit';
export const searchAudit = operation({
  id: 'searchAudit', method: 'GET', path: '/v1/audit', tag, action: 'view', paged: true, summary: 'Changes of what is asked for, everywhere, newest first. Without `since` of the last 30 days; 366 days at most',
  query: z.object({ ...paging(50), service: ServiceName.optional(), environment: EnvironmentName.optional(), team: z.string().max(100).optional(), by: Identity.optional(), since: Moment.optional(), until: Moment.optional() }), answer: z.array(AuditLine),
});
export const readEnvironmentThen = operation({
  id: 'readEnvironmentThen', method: 'GET', path: '/v1/environments/:environment/at/:time', tag, action: 'view', paged: true, params: z.object({ environment: EnvironmentName, time: Moment }), query: z.object(paging(100)),
  summary: 'What was asked for of each service in an environment at a given time, and who had last changed it', answer: z.array(PlaceThen),
});
