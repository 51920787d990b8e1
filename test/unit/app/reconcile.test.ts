/** One place that its target refuses never hides the others; a target that is down is asked once. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { STEADY_MS } from '../../../src/app/outages.ts';
import { reconcile } from '../../../src/app/reconcile.ts';
import { creating } from '../../../src/app/state/documents.ts';
import { desiredKey } from '../../../src/app/state/keys.ts';
import { InvalidInput, ProviderUnavailable } from '../../../src/domain/errors.ts';
import { ServiceName } from '../../../src/domain/ids.ts';
import type { Ports } from '../../../src/ports/index.ts';
import { desired, instance } from '../domain/planner/builders.ts';
import { rig } from './rig.ts';

let open: ReturnType<typeof rig> | undefined;
afterEach(() => open?.close());

async function installation(names: readonly string[], refuse: (services: readonly string[]) => Error | undefined, placesAtOnce?: number) {
  open = rig();
  const places = names.map((name) => desired(undefined, { service: ServiceName.parse(name) }));
  for (const place of places) await open.needs.store.transact([creating(desiredKey(place.service, place.environment), place)]);
  const calls: string[][] = [];
  const targets: Ports['targets'] = {
    observe: async (_target, refs) => {
      calls.push(refs.map(({ service }) => service));
      const error = refuse(refs.map(({ service }) => service));
      if (error !== undefined) throw error;
      return refs.map(({ service, environment }) => ({ service, environment, weights: {}, instances: [], endpoint: null }));
    },
    describe: async () => { throw new Error('not asked'); }, compare: async () => ({}) as never, names: () => [],
  };
  return { look: reconcile({ ...open.needs, targets, settings: { repairLeaseSeconds: 60, ...(placesAtOnce === undefined ? {} : { placesAtOnce }) } as Ports['settings'] }), calls, alerts: open.alerts, store: open.needs.store, clock: open.clock };
}
const DOWN = new ProviderUnavailable('It does not answer.');
const NAMES = ['ab', 'cd', 'ef', 'gh', 'ij', 'kl', 'mn', 'op'];

describe('a look at many places', () => {
  it('sees all but the one whose settings its target refuses, and says which', async () => {
    const { look, calls } = await installation(NAMES, (services) => (services.includes('ef') ? new InvalidInput('Setting listener is gone.') : undefined));
    const { looked, drifted, failed } = await look({ places: 'all', repair: false });
    const notObserved = drifted.filter(({ drifts }) => drifts.some(({ kind }) => kind === 'not-observed')).map(({ service }) => service);
    expect({ looked, failed, notObserved }).toEqual({ looked: 8, failed: [desired().target], notObserved: ['ef'] });
    // One call for all, then by halves: twice the depth at most.
    expect(calls.length).toBeLessThanOrEqual(1 + 2 * Math.log2(NAMES.length));
  });

  it('is one call to a target that is down', async () => {
    const { look, calls } = await installation(NAMES, () => new ProviderUnavailable('It does not answer.'));
    expect(await look({ places: 'all', repair: false })).toMatchObject({ looked: 8, drifted: [], failed: [desired().target] });
    expect(calls).toHaveLength(1);
  });

  it('tells that no place could be seen as one failure of the target', async () => {
    const { look } = await installation(['ab'], () => new InvalidInput('no'));
    expect(await look({ places: 'all', repair: false })).toMatchObject({ drifted: [], failed: [desired().target] });
  });

  it('takes the places part after part, each once, over the borders of shards', async () => {
    const { look, calls } = await installation(NAMES, () => undefined, 3);
    expect(await look({ places: 'all', repair: false })).toMatchObject({ looked: 8, failed: [] });
    expect(calls.map((services) => services.length)).toEqual([3, 3, 2]);
    expect(calls.flat().sort()).toEqual(NAMES);
  });

  it('asks a target that is down for the first part only, and tells of all its services at once', async () => {
    const { look, calls, alerts } = await installation(NAMES, () => new ProviderUnavailable('It does not answer.'), 3);
    expect(await look({ places: 'all', repair: false })).toMatchObject({ looked: 8, drifted: [], failed: [desired().target] });
    expect({ calls: calls.length, alerts: alerts.map(({ text }) => /Its \d+ services/.exec(text)?.[0]) }).toEqual({ calls: 1, alerts: ['Its 8 services'] });
  });

  it('finds each place that is refused in its part, and says whose it is', async () => {
    const refused = ['ab', 'mn'];
    const { look, alerts } = await installation(NAMES, (services) => (services.some((name) => refused.includes(name)) ? new InvalidInput('Setting listener is gone.') : undefined), 4);
    const { drifted } = await look({ places: 'all', repair: false });
    expect(drifted.filter(({ drifts }) => drifts.some(({ kind }) => kind === 'not-observed')).map(({ service }) => service).sort()).toEqual(refused);
    expect(new Set(alerts.map(({ service }) => service))).toEqual(new Set(refused));
    expect(alerts).toHaveLength(2);
  });
});

describe('what is told of a target that does not answer', () => {
  const told = (alerts: readonly { kind: string; service: string | null }[]) => alerts.map(({ kind, service }) => (service === null ? kind : `${kind} ${service}`));

  it('is told once in an outage, and once when it has answered for ten minutes, and then anew', async () => {
    let isDown = true;
    const { look, alerts, clock } = await installation(NAMES, () => (isDown ? new ProviderUnavailable('It does not answer.') : undefined), 3);
    for (let times = 0; times < 3; times += 1) expect((await look({ places: 'all' })).failed).toEqual([desired().target]);
    expect(told(alerts)).toEqual(['target-unavailable']);
    isDown = false;
    clock.advance(600_000);
    for (let times = 0; times < 2; times += 1) await look({ places: 'all', repair: false });
    clock.advance(STEADY_MS - 1);
    await look({ places: 'all', repair: false });
    expect(told(alerts)).toEqual(['target-unavailable']);
    clock.advance(1);
    for (let times = 0; times < 2; times += 1) await look({ places: 'all', repair: false });
    expect(told(alerts)).toEqual(['target-unavailable', 'target-recovered']);
    expect(alerts[1]).toMatchObject({ severity: 'info', text: expect.stringMatching(/\(10 min\)\.$/) });
    isDown = true;
    await look({ places: 'all' });
    expect(told(alerts)).toEqual(['target-unavailable', 'target-recovered', 'target-unavailable']);
  });

  it('is one outage when it comes and goes, and how often is told when that is over', async () => {
    let isDown = false;
    const { look, alerts, clock } = await installation(NAMES, () => (isDown ? new ProviderUnavailable('It does not answer.') : undefined));
    for (let minute = 0; minute < 120; minute += 1) {
      isDown = minute % 8 < 2;
      await look({ places: 'all', repair: false });
      clock.advance(60_000);
    }
    expect(told(alerts)).toEqual(['target-unavailable']);
    for (let minute = 0; minute < 10; minute += 1) {
      await look({ places: 'all', repair: false });
      clock.advance(60_000);
    }
    expect(told(alerts)).toEqual(['target-unavailable', 'target-recovered']);
    expect(alerts[1]?.text).toMatch(/It answered 14 times in between, for less than 10 minutes\.$/);
  });

  it('is told of one place by itself, whether it is looked at alone or with all', async () => {
    const refused = new Set(['ef']);
    const { look, alerts, clock } = await installation(NAMES, (services) => (services.some((name) => refused.has(name)) ? new InvalidInput('Setting listener is gone.') : undefined));
    const { service, environment } = desired(undefined, { service: ServiceName.parse('ef') });
    for (const places of ['all', [{ service, environment }], 'all'] as const) await look({ places, repair: false });
    // Another place says nothing of it.
    await look({ places: [{ service: ServiceName.parse('ab'), environment }], repair: false });
    expect(told(alerts)).toEqual(['target-unavailable ef']);
    refused.clear();
    await look({ places: 'all', repair: false });
    clock.advance(STEADY_MS);
    // Another place says nothing of it.
    await look({ places: [{ service: ServiceName.parse('ab'), environment }], repair: false });
    expect(told(alerts)).toEqual(['target-unavailable ef']);
    for (let times = 0; times < 2; times += 1) await look({ places: 'all', repair: false });
    expect(told(alerts)).toEqual(['target-unavailable ef', 'target-recovered ef']);
  });

  it('is one outage when it refuses every place', async () => {
    const { look, alerts } = await installation(NAMES, () => new InvalidInput('The role is gone.'));
    for (let times = 0; times < 2; times += 1) await look({ places: 'all', repair: false });
    expect(told(alerts)).toEqual(['target-unavailable']);
  });

  it.each([['down', [DOWN, DOWN]], ['up', [undefined, undefined]], ['up again', [DOWN, undefined, undefined]]])('writes nothing while it stays %s', async (_state, [...errors]) => {
    const { look, store } = await installation(NAMES, () => errors[0]);
    const writes: unknown[] = [];
    for (; errors.length > 1; errors.shift()) await look({ places: 'all', repair: false });
    const transact = store.transact.bind(store);
    store.transact = async (all) => { writes.push(...all); await transact(all); };
    await look({ places: 'all', repair: false });
    expect(writes).toEqual([]);
  });
});

describe('a look at an instance that its target has given up on', () => {
  it('tells of it once, as no repair follows that would', async () => {
    open = rig();
    const place = desired(undefined, { service: ServiceName.parse('ab') });
    await open.needs.store.transact([creating(desiredKey(place.service, place.environment), place)]);
    const [revision] = Object.keys(place.revisions) as [keyof typeof place.revisions];
    const targets: Ports['targets'] = {
      observe: async () => [{ service: place.service, environment: place.environment, weights: place.weights, instances: [instance('ab-1', { revision, health: 'stopped', quarantined: true, problem: 'It exited with code 1.' })], endpoint: null }],
      describe: async () => { throw new Error('not asked'); }, compare: async () => ({}) as never, names: () => [],
    };
    const look = reconcile({ ...open.needs, targets, settings: { repairLeaseSeconds: 60 } as Ports['settings'] });
    expect((await look({ places: 'all', repair: false })).drifted[0]?.drifts.map(({ kind }) => kind)).toContain('quarantined');
    expect(open.alerts).toEqual([]);
    for (let times = 0; times < 2; times += 1) await look({ places: 'all' });
    expect(open.alerts.map(({ kind, service }) => ({ kind, service }))).toEqual([{ kind: 'crash-loop', service: 'ab' }]);
  });
});
