/** A handler that tells a subscriber what changed. Nothing of its event is used: how far the subscriber is stands in the store. */
import * as z from 'zod';
import { relay, type Relayed } from '../app/relay.ts';
import type { Subscriber, SubscriberName } from '../ports/subscriber.ts';
import { useCaseHandler } from './handler.ts';
import type { Figure } from './figures.ts';
import type { CorePorts, Given, Parts } from './platform.ts';

/** A message of a queue, a schedule's event, or nothing. */
export const RelayEvent = z.object({}).transform(() => ({}));

/** How late the newest of what it took was, or that it took nothing. */
export function relayFigures(subscriber: SubscriberName, relayed: Relayed, now: number): Figure[] {
  if (relayed.kind === 'refused') return [{ name: 'RelayRefusals', value: 1, subscriber }];
  return relayed.kind === 'told' && relayed.newestMs !== null ? [{ name: 'RelayLagSeconds', value: Math.max(0, now - relayed.newestMs) / 1000, subscriber }] : [];
}

export const subscriberHandler = <P extends Parts = object>(name: SubscriberName, subscriber: (needs: CorePorts & Given<NoInfer<P>>) => Subscriber, parts: P = {} as P) =>
  useCaseHandler<object, Relayed, P>(RelayEvent, (needs) => () => relay(needs, subscriber(needs))(), parts, (relayed, now) => relayFigures(name, relayed, now));
