/** Reads a push again that came before, as a delivery of its own: what refused it may be mended now. */
import { Conflict, InvalidInput, NotFound } from '../domain/errors.ts';
import { CommitId, DeliveryId, type Identity } from '../domain/ids.ts';
import { canonicalRepository } from '../domain/repository-url.ts';
import type { Delivery } from '../domain/service.ts';
import { keepDelivery } from './keep-delivery.ts';
import { findRepository, type RegisteredNeeds } from './registered.ts';
import type { CommitNeeds } from './state/commit.ts';
import { getDelivery } from './state/documents.ts';

/**
 * A commit that was released already is not released again by it: that is `slipway deploy`.
 * @throws NotFound for a delivery or repository that is not there, Conflict while the push is being read, InvalidInput for one that has no commit to release
 */
export const replayDelivery = (needs: CommitNeeds & RegisteredNeeds) => async (input: { delivery: DeliveryId; by: Identity }): Promise<Delivery> => {
  const { value: first } = await getDelivery(needs.store, input.delivery);
  if (first.outcome.kind === 'pending') throw new Conflict(`${first.id} is being read still. Look at it again in a moment: slipway delivery show ${first.id}`);
  const after = CommitId.safeParse(first.after);
  if (!first.ref.startsWith('refs/heads/') || !after.success || /^0+$/.test(first.after)) throw new InvalidInput(`${first.id} tells of ${first.ref}, which has no commit to release. Only pushes to branches are released.`);
  const repository = await findRepository(needs, canonicalRepository(first.repository));
  if (repository === undefined) throw new NotFound(`The repository ${first.repository} is not registered. Register it first: slipway service add ${first.repository}`);
  const id = DeliveryId.parse(`replay:${needs.ids.next()}`);
  await keepDelivery(needs, { ...withoutOutcome(first), id, foundBy: 'replay', replayOf: first.replayOf ?? first.id, repository: repository.url, pusher: input.by, receivedAt: needs.clock.now() }, null);
  return (await getDelivery(needs.store, id)).value;
};

const withoutOutcome = ({ outcome: _outcome, ...push }: Delivery): Omit<Delivery, 'outcome'> => push;
