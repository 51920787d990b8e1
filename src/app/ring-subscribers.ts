/** Something changed: every subscriber is to look. Each of them is rung, also when one cannot be. */
import type { Ports } from '../ports/index.ts';
import { SUBSCRIBERS } from '../ports/subscriber.ts';

/** @throws what the first one failed with, after all were tried: the stream then gives the same records again */
export const ringSubscribers = ({ subscriberQueues }: Pick<Ports, 'subscriberQueues'>) => async (): Promise<{ rung: number }> => {
  const rung = await Promise.allSettled(SUBSCRIBERS.map((subscriber) => subscriberQueues.ring(subscriber)));
  const failed = rung.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { rung: rung.length };
};
