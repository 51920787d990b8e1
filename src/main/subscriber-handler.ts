/** A handler that tells a subscriber what changed. Nothing of its event is used: how far the subscriber is stands in the store. */
import * as z from 'zod';
import { relay, type Relayed } from '../app/relay.ts';
import type { Subscriber } from '../ports/subscriber.ts';
import { useCaseHandler } from './handler.ts';
import type { CorePorts, Given, Parts } from './platform.ts';

/** A message of a queue, a schedule's event, or nothing. */
export const RelayEvent = z.object({}).transform(() => ({}));

export const subscriberHandler = <P extends Parts = object>(subscriber: (needs: CorePorts & Given<NoInfer<P>>) => Subscriber, parts: P = {} as P) =>
  useCaseHandler<object, Relayed, P>(RelayEvent, (needs) => () => relay(needs, subscriber(needs))(), parts);
