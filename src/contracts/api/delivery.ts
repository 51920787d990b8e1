/** How well teams deliver: the four measures of DORA. */
import * as z from 'zod';
import { ServiceName } from '../../domain/ids.ts';
import { operation, Time } from './operation.ts';

const Seconds = z.number().nullable().meta({ description: 'Seconds; null without any.' });
export const DeliveryAnswer = z.strictObject({
  team: z.string(), since: Time, until: Time, services: z.array(ServiceName),
  deploymentFrequency: z.strictObject({ perDay: z.number(), deployments: z.number() }).meta({ description: 'Changes that reached all of production\'s traffic, for each day.' }),
  leadTime: z.strictObject({ medianSeconds: Seconds, p90Seconds: Seconds, changes: z.number() }).meta({ description: 'From the push of a commit to the end of its deployment in production.' }),
  changeFailureRate: z.strictObject({ rate: z.number().nullable(), failed: z.number(), changes: z.number() }).meta({ description: 'Changes that were taken back, by the judge or by a person afterwards, of all that came to production.' }),
  timeToRestore: z.strictObject({ medianSeconds: Seconds, p90Seconds: Seconds, failures: z.number() }).meta({ description: 'From the start of a change that was taken back by itself, or from when a rollback was asked for, until the release before serves again.' }),
  periods: z.array(z.strictObject({ since: Time, deployments: z.number(), failed: z.number(), leadTimeMedianSeconds: Seconds })).meta({ description: 'The window in equal periods, oldest first, at most 30: by when a change ended in production.' }),
  truncated: z.boolean().meta({ description: 'There were more pipelines than are looked at; the figures are of the newest.' }),
});

const tag = 'Teams';
export const listTeams = operation({ id: 'listTeams', method: 'GET', path: '/v1/teams', tag, action: 'view', summary: 'The teams that have services, with the names of these', answer: z.array(z.strictObject({ team: z.string(), services: z.array(ServiceName) })) });
export const readDelivery = operation({
  id: 'readDelivery', method: 'GET', path: '/v1/teams/:team/delivery', tag, action: 'view', params: z.object({ team: z.string().min(1).max(100) }), query: z.object({ days: z.coerce.number().int().min(1).max(366).default(30) }),
  summary: 'Deployment frequency, lead time, change failure rate and time to restore of a team, in production', answer: DeliveryAnswer,
});
