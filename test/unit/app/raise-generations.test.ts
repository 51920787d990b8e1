import { afterEach, expect, it } from '@jest/globals';
import { raiseGenerations } from '../../../src/app/raise-generations.ts';
import { AuditEntry } from '../../../src/app/state/desire.ts';
import { creating, findDesired, list } from '../../../src/app/state/documents.ts';
import { auditKey, desiredKey } from '../../../src/app/state/keys.ts';
import { Identity, ServiceName } from '../../../src/domain/ids.ts';
import { desired } from '../domain/planner/builders.ts';
import { rig } from './rig.ts';

let open: ReturnType<typeof rig> | undefined;
afterEach(() => open?.close());

it('every place gets a higher generation and nothing else, and an audit item says why', async () => {
  open = rig();
  const { needs } = open;
  const places = ['catalog', 'orders', 'search'].map((service) => desired(undefined, { service: ServiceName.parse(service) }));
  for (const place of places) await needs.store.transact([creating(desiredKey(place.service, place.environment), place)]);
  expect(await raiseGenerations(needs)({ steps: 1000, by: Identity.parse('anna') })).toBe(3);
  for (const place of places) {
    const now = await findDesired(needs.store, place.service, place.environment);
    expect(now?.value).toEqual({ ...place, generation: place.generation + 1000, changedBy: 'anna', changedAt: needs.clock.now() });
    const [entry] = await list(needs.store, AuditEntry, auditKey(place.service, place.environment, 0).partition, '', 1, 'descending');
    expect(entry?.value).toMatchObject({ by: 'anna', why: expect.stringContaining('restored'), generation: place.generation + 1000 });
  }
});
