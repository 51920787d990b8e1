/** What changed: as a stream where the server can, or asked for again and again. */
import * as z from 'zod';
import { ChangeEvent, EventId } from '../../domain/change.ts';
import { EnvironmentName, PipelineId, ServiceName } from '../../domain/ids.ts';
import { operation } from './operation.ts';

export const EventsQuery = z.object({
  after: EventId.optional().meta({ description: '`next` of the answer before. Absent: nothing yet, and where to go on from.' }),
  service: ServiceName.optional(), environment: EnvironmentName.optional(), pipeline: PipelineId.optional(),
});
export const EventsAnswer = z.strictObject({
  events: z.array(ChangeEvent).meta({ description: 'Oldest first.' }), next: EventId,
  reset: z.boolean().meta({ description: 'Some events are not here any more, or there were too many: look at everything again.' }),
});

export const readEvents = operation({
  id: 'readEvents', method: 'GET', path: '/v1/events', tag: 'Live events', action: 'view', query: EventsQuery, answer: EventsAnswer,
  summary: 'What changed since. With `Accept: text/event-stream` a stream of it, where the server can',
});
