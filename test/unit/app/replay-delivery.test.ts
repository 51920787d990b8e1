import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { admit } from '../../../src/app/admit.ts';
import { keepDelivery } from '../../../src/app/keep-delivery.ts';
import { registerRepository } from '../../../src/app/register.ts';
import { replayDelivery } from '../../../src/app/replay-delivery.ts';
import type { Delivery } from '../../../src/domain/service.ts';
import { manifestText, rig, type Rig } from './rig.ts';

const URL = 'https://gitlab.com/acme/shop';
let at: Rig;
beforeEach(() => { at = rig(); });
afterEach(() => at.close());

const refused = async (parts: Partial<Delivery> = {}) => {
  const push = { id: 'gitlab:1', host: 'gitlab', foundBy: 'webhook', replayOf: null, repository: URL, ref: 'refs/heads/main', before: '1'.repeat(40), after: '2'.repeat(40), pusher: 'ben', receivedAt: at.clock.now(), ...parts } as Delivery;
  await keepDelivery(at.needs, push, 'The repository is not registered.');
  return push.id;
};
const replay = (delivery: Delivery['id']) => replayDelivery(at.needs)({ delivery, by: 'anna' as never });

it('reads the push again as a delivery of its own, in the name of who asked', async () => {
  const id = await refused();
  await registerRepository(at.needs)({ url: URL, by: 'owner' as never });
  const again = await replay(id);
  expect(again).toMatchObject({ foundBy: 'replay', replayOf: id, host: 'gitlab', pusher: 'anna', after: '2'.repeat(40), outcome: { kind: 'pending' } });
  expect(at.started).toEqual([{ machine: 'delivery', name: expect.stringMatching(/^replay_/), input: { deliveryId: again.id } }]);
  at.repo.manifests = [{ path: 'slipway.yaml', text: manifestText('catalog') }];
  expect(await admit(at.needs)({ deliveryId: again.id })).toEqual({ admissions: [{ kind: 'admitted', service: 'catalog', pipeline: 'catalog-1' }] });
  // Read once more, it finds the commit released.
  const third = await replay(again.id);
  expect(third.replayOf).toBe(id);
  expect(await admit(at.needs)({ deliveryId: third.id })).toMatchObject({ admissions: [{ kind: 'refused', reason: expect.stringContaining('was released as catalog-1') }] });
});

it('refuses what cannot be read again', async () => {
  await expect(replay(await refused())).rejects.toMatchObject({ name: 'NotFound', message: expect.stringContaining('slipway service add') });
  await registerRepository(at.needs)({ url: URL, by: 'owner' as never });
  const again = await replay('gitlab:1' as never);
  await expect(replay(again.id)).rejects.toMatchObject({ name: 'Conflict' });
  await expect(replay(await refused({ id: 'gitlab:2' as never, ref: 'refs/tags/v1' }))).rejects.toMatchObject({ name: 'InvalidInput' });
  await expect(replay(await refused({ id: 'gitlab:3' as never, after: '0'.repeat(40) }))).rejects.toMatchObject({ name: 'InvalidInput' });
  await expect(replay('none' as never)).rejects.toMatchObject({ name: 'NotFound' });
});
