/** Repairs that do not help are told of once; those that do are not. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { diagnose } from '../../../src/app/diagnose.ts';
import { reconcile } from '../../../src/app/reconcile.ts';
import { creating, findDesired, replacing } from '../../../src/app/state/documents.ts';
import { desiredKey, repairLeaseKey } from '../../../src/app/state/keys.ts';
import { Generation } from '../../../src/domain/ids.ts';
import type { ObservedInstance } from '../../../src/domain/state.ts';
import type { Ports } from '../../../src/ports/index.ts';
import { desired, instance, STABLE } from '../domain/planner/builders.ts';
import { rig, type Rig } from './rig.ts';

const place = desired({ [STABLE]: 2 });
const { service, environment } = place;
const WHOLE = [instance('a'), instance('b')];
let at: Rig;
let instances: ObservedInstance[];

beforeEach(async () => {
  at = rig();
  instances = [instance('a')];
  await at.needs.store.transact([creating(desiredKey(service, environment), place)]);
});
afterEach(() => at.close());

const needs = () => ({
  ...at.needs, settings: { repairLeaseSeconds: 60 } as Ports['settings'],
  targets: { observe: async () => [{ service, environment, weights: place.weights, instances, endpoint: null }], describe: async () => { throw new Error('not asked'); }, compare: async () => ({}) as never, names: () => [] },
});
const told = () => at.alerts.filter(({ kind }) => kind === 'drift-remains');
const repairs = () => at.started.filter(({ machine }) => machine === 'repair');
/** A pass each so many minutes; what it starts fails, and holds its lease to the end. */
const passes = async (times: number, minutes: number) => {
  for (let pass = 0; pass < times; pass += 1) {
    await reconcile(needs())({ places: 'all' });
    at.clock.advance(minutes * 60_000);
  }
};
const Input = z.looseObject({ lease: z.string() });
const turn = (number: number) => diagnose(needs())({ service, environment, lease: Input.parse(repairs().at(-1)?.input).lease, turn: number });

describe('repairs of the same drift', () => {
  it('are told of once, when three over ten minutes had no effect', async () => {
    await passes(3, 5);
    expect([repairs().length, told().length]).toEqual([3, 0]);
    await passes(10, 5);
    expect(repairs()).toHaveLength(13);
    expect(told()).toMatchObject([{ severity: 'critical', service, environment, text: expect.stringContaining(`3 repairs of catalog in production in 15 min have not removed what differs: missing-instances of ${STABLE}`) }]);
  });

  it('are not told of before, however many there were', async () => {
    await passes(9, 1.1);
    expect([repairs().length, told().length]).toEqual([9, 0]);
  });

  it('begin anew where one has left nothing to do', async () => {
    for (let times = 0; times < 6; times += 1) {
      instances = [instance('a')];
      await passes(1, 0);
      instances = WHOLE;
      expect((await turn(1)).status).toBe('in-order');
      at.clock.advance(300_000);
    }
    expect([repairs().length, told().length]).toEqual([6, 0]);
  });

  it('go on where one gives up after its last turn', async () => {
    for (let times = 0; times < 4; times += 1) {
      await passes(1, 0);
      expect((await turn(1)).status).toBe('repair');
      expect((await turn(120)).status).toBe('in-order');
      at.clock.advance(300_000);
    }
    expect([repairs().length, told().length]).toEqual([4, 1]);
  });

  it('are others where something else is asked for, or after hours without', async () => {
    await passes(3, 5);
    const stored = await findDesired(at.needs.store, service, environment);
    if (stored === undefined) throw new Error('it must be there');
    await at.needs.store.transact([replacing(stored, { ...stored.value, generation: Generation.parse(8) })]);
    await passes(3, 5);
    expect(told()).toEqual([]);
    at.clock.advance(361 * 60_000);
    await passes(3, 5);
    expect(told()).toEqual([]);
    await passes(1, 5);
    expect(told()).toHaveLength(1);
  });

  it('follow a lease that was kept before there were series', async () => {
    await at.needs.store.transact([creating(repairLeaseKey(service, environment), { holder: 'x', until: 0 })]);
    await passes(1, 1);
    expect(repairs()).toHaveLength(1);
  });
});
