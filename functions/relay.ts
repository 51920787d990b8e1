/** Takes the table's stream of events and rings the subscribers: what changed they read themselves. */
import * as z from 'zod';
import { subscriberQueues } from '#parts/subscriber-queues';
import { ringSubscribers } from '../src/app/ring-subscribers.ts';
import { useCaseHandler } from '../src/main/handler.ts';

/** Records of a stream; nothing of them is used but that there are some. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export const Event = z.object({ Records: z.array(z.unknown()).min(1) }).transform(() => ({}));
export const handler = useCaseHandler(Event, ringSubscribers, { subscriberQueues });
