/** The installation: environments, drift now, alerts, targets. */
import * as z from 'zod';
import { EnvironmentsInForce } from '../../domain/environment.ts';
import { Alert } from '../../domain/outbox.ts';
import { DescribeResult } from '../target.ts';
import { operation, paging, Time } from './operation.ts';

export const KeptAlert = Alert.extend({ at: Time });
export type KeptAlert = z.infer<typeof KeptAlert>;
/** Each kind of drift has fields of its own; src/domain/drift lists them. */
export const Reconciled = z.strictObject({
  looked: z.number(), repairs: z.number(), failed: z.array(z.string()),
  drifted: z.array(z.strictObject({ service: z.string(), environment: z.string(), drifts: z.array(z.looseObject({ kind: z.string() })) })),
});

const tag = 'The installation';
export const readEnvironments = operation({ id: 'readEnvironments', method: 'GET', path: '/v1/environments', tag, action: 'view', summary: 'environments.yaml as it is in force', answer: EnvironmentsInForce.omit({ notifications: true }) });
export const readDrift = operation({ id: 'readDrift', method: 'GET', path: '/v1/drift', tag, action: 'view', summary: 'Looks everywhere now and answers what drifted; repairs nothing', answer: Reconciled });
export const reconcile = operation({ id: 'reconcile', method: 'POST', path: '/v1/reconcile', tag, action: 'repair', body: z.strictObject({}), summary: 'Looks everywhere now and repairs; answers what drifted', answer: Reconciled });
export const listAlerts = operation({ id: 'listAlerts', method: 'GET', path: '/v1/alerts', tag, action: 'view', paged: true, query: z.object(paging(50)), summary: 'Alerts, newest first', answer: z.array(KeptAlert) });
export const listTargets = operation({ id: 'listTargets', method: 'GET', path: '/v1/targets', tag, action: 'view', summary: 'Registered targets and what they can do', answer: z.array(DescribeResult) });
