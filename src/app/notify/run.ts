/** One run of the notifications: what happened becomes notices, and those that are due are sent. */
import { relay, type Relayed, type RelayNeeds } from '../relay.ts';
import { deliver, type Delivered, type DeliverNeeds } from './deliver.ts';
import { notificationsSubscriber } from './subscriber.ts';

export type NotificationsRun = Relayed & { readonly notices?: Delivered };

export const runNotifications = (needs: RelayNeeds & DeliverNeeds) => async (): Promise<NotificationsRun> => {
  const relayed = await relay(needs, notificationsSubscriber(needs))();
  return relayed.kind === 'off' ? relayed : { ...relayed, notices: await deliver(needs)() };
};
