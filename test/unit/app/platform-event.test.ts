import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { lookNow, reconcileDirty } from '../../../src/app/dirty.ts';
import { concernOf, platformEvent } from '../../../src/app/platform-event.ts';
import { shardsOfMinute, sweep } from '../../../src/app/sweep.ts';
import { creating } from '../../../src/app/state/documents.ts';
import { desiredKey, dirtyKey, observedKey, shards } from '../../../src/app/state/keys.ts';
import { PlatformEvent } from '../../../src/contracts/platform-event.ts';
import { ServiceName } from '../../../src/domain/ids.ts';
import { placesOfAlarm, placesOfFunction, placesOfResource } from '../../../src/domain/resource-names.ts';
import type { Desired, Observed } from '../../../src/domain/state.ts';
import type { Ports } from '../../../src/ports/index.ts';
import { desired } from '../domain/planner/builders.ts';
import { rig } from './rig.ts';

const SAMPLES = join(import.meta.dirname, '../../../events/platform-event');
const sample = (name: string): PlatformEvent => PlatformEvent.parse(JSON.parse(readFileSync(join(SAMPLES, `${name}.json`), 'utf8')));
const production = { service: 'catalog', environment: 'production' };

describe('whose a resource is, by its name', () => {
  it.each([
    ['slipway-catalog-12-production', [production]], ['slipway-a-1-b-12-eu-west', [{ service: 'a-1-b', environment: 'eu-west' }]],
    ['slipway-a-1-12-b1-2-c', [{ service: 'a-1', environment: 'b1-2-c' }]], ['slipway-catalog', []], ['catalog-12-production', []], ['slipway-catalog-0-production', []], ['slipway-Catalog-12-production', []],
  ])('%s', (name, places) => {
    expect(placesOfResource(name)).toEqual(expect.arrayContaining(places));
    if (places.length === 0) expect(placesOfResource(name)).toEqual([]);
  });

  it.each([['catalog-production-web'], ['catalog-production-web:live'], ['arn:aws:lambda:eu-central-1:111122223333:function:catalog-production-web'], ['arn:aws:lambda:eu-central-1:111122223333:function:catalog-production-web:live']])('%s', (name) => {
    expect(placesOfFunction(name)).toEqual([production]);
  });

  it('each way to read a function\'s name is a candidate, and too many are none', () => {
    expect(placesOfFunction('ab-cd-ef-gh')).toEqual([{ service: 'ab', environment: 'cd' }, { service: 'ab', environment: 'cd-ef' }, { service: 'ab-cd', environment: 'ef' }]);
    expect(placesOfFunction('aa-'.repeat(20).slice(0, -1))).toEqual([]);
    expect(placesOfFunction('web')).toEqual([]);
  });

  it.each([['slipway/catalog/production/errors', [production]], ['slipway/catalog', []], ['other/catalog/production/errors', []], ['slipway/Cat alog/production', []]])('%s', (name, places) => {
    expect(placesOfAlarm(name)).toEqual(places);
  });
});

describe('what an event is about', () => {
  it.each([
    ['ecs-task', { kind: 'places', places: [production] }], ['ecs-service', { kind: 'places', places: [production] }], ['auto-scaling', { kind: 'places', places: [{ service: 'orders', environment: 'staging' }] }],
    ['ec2-instance', { kind: 'instance', instance: 'i-0123456789abcdef0' }], ['alarm', { kind: 'places', places: [production] }], ['alias-edited', { kind: 'places', places: [production] }],
    ['listener-edited', { kind: 'listener', listener: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/main/50dc6c495c0c9188/f2f7dc8efc522ab2' }],
    ['own-edit', { kind: 'none', why: 'a target of Slipway made the call' }],
  ])('%s', (name, concern) => {
    expect(concernOf(sample(name))).toEqual(concern);
  });

  it('all samples are in the table above', () => {
    expect(readdirSync(SAMPLES)).toHaveLength(8);
  });

  it('a refused call and somebody else\'s task are nothing', () => {
    const call = sample('alias-edited') as Extract<PlatformEvent, { 'detail-type': 'AWS API Call via CloudTrail' }>;
    expect(concernOf({ ...call, detail: { ...call.detail, errorCode: 'AccessDenied' } })).toMatchObject({ kind: 'none' });
    const task = sample('ecs-task') as Extract<PlatformEvent, { 'detail-type': 'ECS Task State Change' }>;
    expect(concernOf({ ...task, detail: { ...task.detail, group: 'family:batch' } })).toMatchObject({ kind: 'none' });
  });
});

let open: ReturnType<typeof rig> | undefined;
afterEach(() => open?.close());

/** A store with these places, and a target that answers what `observe` says; it counts its looks. */
async function installation(places: readonly Desired[], observe: (looks: number) => Promise<void> = async () => undefined) {
  open = rig();
  const { store } = open.needs;
  for (const place of places) await store.transact([creating(desiredKey(place.service, place.environment), place)]);
  const seen: string[][] = [];
  const answer = ({ service, environment, weights }: Desired): Observed => ({ service, environment, weights, instances: [], endpoint: null });
  const targets: Ports['targets'] = {
    observe: async (_target, refs) => {
      seen.push(refs.map(({ service }) => service));
      await observe(seen.length);
      return places.filter(({ service }) => refs.some((ref) => ref.service === service)).map(answer);
    },
    describe: async () => { throw new Error('not asked'); }, compare: async () => ({}) as never, names: () => [],
  };
  return { needs: { ...open.needs, targets, settings: { repairLeaseSeconds: 60 } as Ports['settings'] }, store, seen, clock: open.clock };
}
const place = (service = 'catalog') => desired(undefined, { service: ServiceName.parse(service) });
const key = (service = 'catalog') => dirtyKey(ServiceName.parse(service), place().environment);

describe('a look that follows an event', () => {
  it('is at the place it is about, and leaves no mark', async () => {
    const { needs, seen, store } = await installation([place(), place('orders')]);
    expect(await platformEvent(needs)(sample('ecs-task'))).toEqual({ ignored: null, looked: 1, left: 0 });
    expect(seen[0]).toEqual(['catalog']);
    expect(await store.get(key())).toBeUndefined();
  });

  it('is none where nothing of ours is', async () => {
    const { needs, seen } = await installation([place('orders')]);
    for (const name of ['ecs-task', 'ec2-instance', 'listener-edited', 'own-edit']) expect(await platformEvent(needs)(sample(name))).toMatchObject({ ignored: expect.any(String), looked: 0 });
    expect(seen).toEqual([]);
  });

  it('finds the place of an instance and of a listener in what is stored', async () => {
    const { needs, seen, store } = await installation([place(), place('orders')]);
    const { service, environment } = place('orders');
    await store.transact([creating(observedKey(service, environment), { service, environment, weights: {}, endpoint: null, instances: [{ instance: 'i-0123456789abcdef0', revision: 'orders-1-production', zone: 'a', health: 'healthy', startedAt: 0, relaunches: 0, address: null, problem: null, quarantined: false }] })]);
    await platformEvent(needs)(sample('ec2-instance'));
    expect(seen[0]).toEqual(['orders']);
  });

  it('sees what happens while it looks', async () => {
    const { needs, seen, store, clock } = await installation([place()], async (looks) => {
      if (looks > 1) return;
      clock.advance(1);
      expect(await lookNow(needs)([place()])).toEqual({ looked: 0, left: 1 });
    });
    expect(await lookNow(needs)([place()])).toEqual({ looked: 1, left: 0 });
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(await store.get(key())).toBeUndefined();
  });

  it('that failed leaves its mark, and the pass of the next minute looks at it and at nothing else', async () => {
    const down = { now: true };
    const { needs, seen, store } = await installation([place(), place('orders')], async () => {
      if (down.now) throw Object.assign(new Error('throttled'), { name: 'ProviderUnavailable' });
    });
    await lookNow(needs)([place()]);
    expect(await store.get(key())).toBeDefined();
    down.now = false;
    seen.length = 0;
    expect(await reconcileDirty(needs)()).toMatchObject({ looked: 1, failed: [] });
    expect(seen.flat()).not.toContain('orders');
    expect(await store.get(key())).toBeUndefined();
    seen.length = 0;
    expect(await reconcileDirty(needs)()).toMatchObject({ looked: 0 });
    expect(seen).toEqual([]);
  });
});

describe('the sweep', () => {
  it.each([1, 7, 15, 16, 60])('has every shard exactly once in %d minutes', (minutes) => {
    const turns = Array.from({ length: minutes }, (_, minute) => shardsOfMinute((1_000_000 + minute) * 60_000 + 59_999, minutes));
    expect(turns.flat().sort()).toEqual([...shards()]);
    expect(Math.max(...turns.map(({ length }) => length)) - Math.min(...turns.map(({ length }) => length))).toBeLessThanOrEqual(1);
  });

  it('observes every place once in its period', async () => {
    const services = Array.from({ length: 40 }, (_, index) => `service-${index}`);
    const { needs, seen } = await installation(services.map((name) => place(name)));
    for (let minute = 0; minute < 15; minute += 1) await sweep(needs)({ at: minute * 60_000, minutes: 15 });
    expect([...new Set(seen.flat())].sort()).toEqual([...services].sort());
  });
});
