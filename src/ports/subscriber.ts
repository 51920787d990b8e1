/** Somebody outside who is told what changed: a chat, a git host, whoever asked to be notified. */
import type { ChangeEvent } from '../domain/change.ts';

/** Each has a function `slipway-subscriber-<name>`, which the relay calls. */
export const SUBSCRIBERS = ['git-hosts', 'notifications', 'slack'] as const;
export type SubscriberName = (typeof SUBSCRIBERS)[number];

export interface Subscriber {
  readonly name: string;
  /** Whether there is anybody to tell, by the installation's configuration. Nothing is read or written for one that has nobody. */
  isWanted(): Promise<boolean>;
  /**
   * Looks at the documents that the events name, and tells the other side how they are now. Events come in order, in batches, at least once:
   * the same ones again must change nothing. After a loss they may name what is unfinished, also when nothing of it changed. Recipients fail one
   * by one: a bad one is written down and never keeps the others from being told.
   * @throws ProviderUnavailable when the other side as a whole is down: the same events come again
   */
  take(events: readonly ChangeEvent[]): Promise<void>;
}
