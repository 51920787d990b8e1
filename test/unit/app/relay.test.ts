/** Every event is told in order and at least once, whatever crashes or refuses; one that stays away keeps no other one waiting. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { relay, type Relayed } from '../../../src/app/relay.ts';
import { newestTold } from '../../../src/app/relay/new-events.ts';
import { creating } from '../../../src/app/state/documents.ts';
import { pipelineKey, relayKey, runningKey, serviceKey } from '../../../src/app/state/keys.ts';
import { recorded } from '../../../src/app/state/recorded-store.ts';
import type { ChangeEvent } from '../../../src/domain/change.ts';
import { InvalidInput, ProviderUnavailable } from '../../../src/domain/errors.ts';
import { REFUSED_FOR_MS, RETRY_LONGEST_MS, TOLD_AFTER_MS } from '../../../src/domain/relay.ts';
import type { ItemStore } from '../../../src/ports/item-store.ts';
import type { Settings } from '../../../src/ports/settings.ts';
import { pipeline as pipelineOf } from '../cli/builders.ts';
import { rig, type Rig } from './rig.ts';

let at: Rig;
let store: ItemStore;
beforeEach(() => {
  at = rig();
  store = recorded(at.needs.store, at.needs);
});
afterEach(() => at.close());

const MINUTE = 60_000;
let written = 0;
/** Names that only rise, so that order shows. */
async function happen(count = 1): Promise<string[]> {
  const names: string[] = [];
  for (let index = 0; index < count; index += 1) {
    written += 1;
    const name = `s${String(written).padStart(5, '0')}`;
    await store.transact([creating({ partition: 'services', sort: name }, { name, team: 'shop', repository: null, manifestPath: null, pipelines: 0, lastRelease: null, registeredAt: 0 })]);
    names.push(name);
  }
  return names;
}
const namesIn = (events: readonly ChangeEvent[]): string[] => events.flatMap(({ changes }) => changes.map(({ service }) => service as string));

/** One that writes down what it took, and refuses as it is told. */
function subscriber(name = 'one') {
  const took: string[] = [];
  const batches: string[][] = [];
  const self = {
    name, took, batches, isWanted: async () => true, refuses: (_names: readonly string[]): Error | undefined => undefined,
    take: async (events: readonly ChangeEvent[]) => {
      const names = namesIn(events);
      batches.push(names);
      const error = self.refuses(names);
      if (error !== undefined) throw error;
      took.push(...names);
    },
  };
  return self;
}
type Fake = ReturnType<typeof subscriber>;
const run = (one: Fake, settings: Partial<Settings> = {}, over: ItemStore = store): Promise<Relayed> => relay({ ...at.needs, store: over, settings: settings as Settings }, one)();
const state = async () => (await store.get<{ cursor: string; trouble: { attempts: number; retryAt: number } | null; careful: string | null }>(relayKey('one')))?.value;

describe('what happens', () => {
  it('is told in order and once, batch after batch, and costs nothing when there is nothing', async () => {
    const one = subscriber();
    expect(await run(one)).toEqual({ kind: 'told', events: 0, more: false, newestMs: null });
    const names = await happen(250);
    expect(await run(one)).toMatchObject({ kind: 'told', events: 250, more: false });
    expect(one.took).toEqual(names);
    expect(one.batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
    const before = await state();
    await run(one);
    expect([one.batches.length, await state()]).toEqual([3, before]);
  });

  it('is told over the hours, and a run that has done its share says so', async () => {
    const one = subscriber();
    await run(one);
    const names: string[] = [];
    for (let hour = 0; hour < 3; hour += 1) {
      names.push(...await happen(350));
      at.clock.advance(40 * MINUTE);
    }
    expect(await run(one)).toMatchObject({ kind: 'told', more: true });
    expect(await run(one)).toMatchObject({ kind: 'told', more: false });
    expect(one.took).toEqual(names);
  });

  it('before a subscriber was there is none of its news, but for what led to its first run', async () => {
    await happen(3);
    at.clock.advance(2 * MINUTE);
    const names = await happen(2);
    const one = subscriber();
    await run(one);
    expect(one.took).toEqual(names);
  });

  it('waits until it is settled where several processes write', async () => {
    const one = subscriber();
    const names = await happen(2);
    expect(await run(one, { eventsSettleMs: 3000 })).toMatchObject({ events: 0 });
    at.clock.advance(3000);
    await happen(1);
    expect(await run(one, { eventsSettleMs: 3000 })).toMatchObject({ events: 2 });
    expect(one.took).toEqual(names);
  });
});

describe('what the relay writes', () => {
  it('makes no events', async () => {
    const published: ChangeEvent[] = [];
    const one = subscriber();
    one.refuses = () => new ProviderUnavailable('It is down.');
    await happen(3);
    const listening = recorded(at.needs.store, { ...at.needs, publish: (event) => void published.push(event) });
    await run(one, { relayLeaseSeconds: 90 }, listening);
    one.refuses = () => undefined;
    at.clock.advance(MINUTE);
    for (let turn = 0; turn < 4; turn += 1) await run(one, { relayLeaseSeconds: 90 }, listening);
    expect([one.took.length, published]).toEqual([3, []]);
  });

  it('is nothing for one that has nobody to tell, and one that has somebody again begins anew', async () => {
    const one = subscriber();
    const off = { ...one, isWanted: async () => false };
    await happen(1);
    let writes = 0;
    const counting: ItemStore = { ...store, transact: (list) => { writes += 1; return store.transact(list); } };
    expect(await run(off, {}, counting)).toEqual({ kind: 'off' });
    expect([writes, one.took]).toEqual([0, []]);
    await run(one);
    expect(await state()).toBeDefined();
    await run(off);
    expect(await state()).toBeUndefined();
    at.clock.advance(3 * 86_400_000);
    await happen(1);
    at.clock.advance(2 * MINUTE);
    const names = await happen(1);
    one.took.length = 0;
    await run(one);
    expect(one.took).toEqual(names);
  });
});

describe('a crash', () => {
  it('between taking and writing that down gives the same events again, and loses none', async () => {
    const one = subscriber();
    const names = await happen(5);
    const dying: ItemStore = { ...store, transact: (writes) => (writes.some(({ key }) => key.partition === 'relay') ? Promise.reject(new Error('killed')) : store.transact(writes)) };
    await expect(run(one, {}, dying)).rejects.toThrow('killed');
    expect(one.took).toEqual(names);
    await run(one);
    expect(one.took).toEqual([...names, ...names]);
    names.push(...await happen(1));
    await run(one);
    expect(one.took.slice(5)).toEqual(names);
  });

  it('of a run that had the lease is waited for as long as the lease lasts, where several relay', async () => {
    const one = subscriber();
    const names = await happen(2);
    const dies = subscriber();
    const dying: ItemStore = { ...store, transact: (writes) => (dies.took.length > 0 ? Promise.reject(new Error('killed')) : store.transact(writes)) };
    await expect(run(dies, { relayLeaseSeconds: 90 }, dying)).rejects.toThrow('killed');
    expect(await run(one, { relayLeaseSeconds: 90 })).toEqual({ kind: 'busy' });
    at.clock.advance(90_000);
    expect(await run(one, { relayLeaseSeconds: 90 })).toMatchObject({ kind: 'told', events: 2 });
    expect(one.took).toEqual(names);
  });

  it('runs at the same time: one tells, the others are turned away', async () => {
    const one = subscriber();
    const names = await happen(20);
    const ends = await Promise.all(Array.from({ length: 5 }, () => run(one, { relayLeaseSeconds: 90 })));
    expect(ends.map(({ kind }) => kind).sort()).toEqual(['busy', 'busy', 'busy', 'busy', 'told']);
    expect(one.took).toEqual(names);
  });
});

describe('a subscriber that fails', () => {
  it('is tried again with growing waits while another one goes on', async () => {
    const [one, other] = [subscriber(), subscriber('other')];
    one.refuses = () => new ProviderUnavailable('It is down.');
    const names = await happen(3);
    expect(await run(one)).toMatchObject({ kind: 'refused', error: 'ProviderUnavailable', reason: 'It is down.', attempts: 1 });
    expect(await run(one)).toMatchObject({ kind: 'waiting' });
    await run(other);
    expect(other.took).toEqual(names);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const wait = ((await state())?.trouble?.retryAt ?? 0) - at.clock.now();
      waits.push(wait);
      at.clock.advance(wait);
      await run(one);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, RETRY_LONGEST_MS, RETRY_LONGEST_MS]);
    one.refuses = () => undefined;
    at.clock.advance(RETRY_LONGEST_MS);
    await run(one);
    expect(one.took).toEqual(names);
    expect(await state()).toMatchObject({ trouble: null, careful: null });
  });

  it('for long is told to people once, and when it is over', async () => {
    const one = subscriber();
    one.refuses = () => new ProviderUnavailable('It is down.');
    await happen(1);
    for (let spent = 0; spent <= 3 * TOLD_AFTER_MS; spent += MINUTE) {
      await run(one);
      at.clock.advance(MINUTE);
    }
    expect(at.alerts.map(({ kind, severity }) => [kind, severity])).toEqual([['relay-failing', 'critical']]);
    one.refuses = () => undefined;
    await run(one);
    expect(at.alerts.map(({ kind }) => kind)).toEqual(['relay-failing', 'relay-recovered']);
  });

  it('that refuses one event for good is told all others, in order, and people that it was left out', async () => {
    const one = subscriber();
    const names = await happen(60);
    const bad = names[40] as string;
    one.refuses = (given) => (given.includes(bad) ? new InvalidInput('No such recipient.') : undefined);
    await run(one);
    at.clock.advance(MINUTE);
    for (let turn = 0; turn < 10; turn += 1) await run(one);
    expect(one.took).toEqual(names.slice(0, 40));
    at.clock.advance(REFUSED_FOR_MS);
    names.push(...await happen(3));
    await run(one);
    at.clock.advance(MINUTE);
    for (let turn = 0; turn < 10; turn += 1) await run(one);
    expect(one.took).toEqual(names.filter((name) => name !== bad));
    expect(at.alerts.map(({ kind }) => kind)).toEqual(['relay-left-out']);
    expect(at.alerts[0]?.text).toContain('No such recipient.');
    expect(await state()).toMatchObject({ trouble: null, careful: null });
  });

  it('hears everything in order, whatever order faults and crashes come in', async () => {
    const moves = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant('happen') }, fc.constantFrom('run', 'down', 'up', 'crash', 'wait')), { minLength: 5, maxLength: 40 });
    await fc.assert(fc.asyncProperty(moves, async (list) => {
      const one = subscriber(`p${at.needs.ids.next()}`);
      await run(one);
      const names: string[] = [];
      for (const move of list) {
        if (move === 'happen') names.push(...await happen(1));
        if (move === 'run') await run(one);
        if (move === 'down') one.refuses = () => new ProviderUnavailable('It is down.');
        if (move === 'up') one.refuses = () => undefined;
        if (move === 'crash') await run(one, {}, { ...store, transact: () => Promise.reject(new Error('killed')) }).catch(() => undefined);
        if (move === 'wait') at.clock.advance(MINUTE);
      }
      one.refuses = () => undefined;
      at.clock.advance(2 * MINUTE);
      for (let turn = 0; turn < 3; turn += 1) await run(one);
      // Nothing is missing, and what comes again never comes before what led to it.
      const mine = one.took.filter((name) => names.includes(name));
      expect([...new Set(mine)]).toEqual(names);
      at.clock.advance(2 * MINUTE);
    }), { numRuns: 25 });
  });
});

describe('whoever was away for so long that events are gone', () => {
  const DAY = 86_400_000;
  const given = (events: readonly ChangeEvent[]) => events.flatMap(({ changes }) => changes.map(({ what, pipeline, status, id }) => ({ what, pipeline, status, id })));

  async function lose(): Promise<{ seen: ReturnType<typeof given>; run: () => Promise<Relayed>; refuse: (error: Error | undefined) => void }> {
    const seen: ReturnType<typeof given> = [];
    let refusal: Error | undefined;
    const one = { name: 'one', isWanted: async () => true, take: async (events: readonly ChangeEvent[]) => { if (refusal !== undefined) throw refusal; seen.push(...given(events)); } };
    const again = () => relay({ ...at.needs, store, settings: {} as Settings }, one)();
    await again();
    await write(pipeline(1), { kind: 'succeeded', at: at.clock.now() - DAY });
    await again();
    seen.length = 0;
    await write(pipeline(2), { kind: 'running' });
    at.clock.advance(DAY / 2);
    await write(pipeline(3), { kind: 'failed', at: at.clock.now(), error: 'TestsFailed', reason: 'no' });
    await store.transact([creating({ partition: 'alerts', sort: `${at.clock.now()}#x` }, { severity: 'critical', kind: 'crash-loop', service: 'catalog', environment: 'production', text: '' })]);
    at.clock.advance(DAY);
    return { seen, run: again, refuse: (error) => { refusal = error; } };
  }
  const pipeline = (number: number) => pipelineOf({ id: `catalog-${number}`, service: 'catalog', number });
  async function write(document: ReturnType<typeof pipeline>, status: ReturnType<typeof pipeline>['status']) {
    await store.transact([creating(pipelineKey(document.id), { ...document, status }), ...(status.kind === 'running' ? [creating(runningKey(document.id), { pipeline: document.id })] : [])]);
    const known = await store.get(serviceKey(document.service));
    if (known === undefined) await store.transact([creating(serviceKey(document.service), { name: document.service, team: 'shop', repository: null, manifestPath: null, pipelines: 3, lastRelease: null, registeredAt: 0 })]);
  }

  it('is told what is unfinished and what ended meanwhile, and then what happens', async () => {
    const { seen, run: again } = await lose();
    expect(await again()).toMatchObject({ kind: 'told' });
    expect(seen).toEqual([
      { what: 'pipeline', pipeline: 'catalog-2', status: 'running', id: null }, { what: 'pipeline', pipeline: 'catalog-3', status: 'failed', id: null },
      { what: 'alert', pipeline: null, status: 'critical', id: expect.stringMatching(/#x$/) },
    ]);
    seen.length = 0;
    await happen(1);
    await again();
    expect(seen).toMatchObject([{ what: 'service' }]);
  });

  it('is told it until it takes it, or has refused it for too long', async () => {
    const { seen, run: again, refuse } = await lose();
    refuse(new InvalidInput('No.'));
    for (let spent = 0; spent <= REFUSED_FOR_MS; spent += MINUTE) {
      expect(await again()).toMatchObject({ kind: 'refused' });
      at.clock.advance(MINUTE);
    }
    expect(at.alerts.map(({ kind }) => kind)).toEqual(['relay-left-out']);
    refuse(undefined);
    await happen(1);
    await again();
    expect(seen.filter(({ what }) => what !== 'alert')).toMatchObject([{ what: 'service' }]);
  });

  it('a clock that was set back over a restart keeps nothing back', async () => {
    const one = subscriber();
    await happen(1);
    await run(one);
    at.clock.advance(-10 * MINUTE);
    store = recorded(at.needs.store, { ...at.needs, newerThan: await newestTold(at.needs) });
    const names = await happen(2);
    await run(one);
    expect(one.took.slice(1)).toEqual(names);
  });
});
