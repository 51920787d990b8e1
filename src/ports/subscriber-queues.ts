/** Bells: that something changed, for a subscriber's function, which then looks for itself. Adapter: queues of SQS. */
import type { SubscriberName } from './subscriber.ts';

export interface SubscriberQueues {
  /** It is run once events are settled. @throws ProviderUnavailable, Forbidden */
  ring(subscriber: SubscriberName): Promise<void>;
}
