/** Events come from the transactions themselves: each of them once, in order, and none for what was not written. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventsSince, EVENTS_MAX } from '../../../src/app/events.ts';
import { recorded } from '../../../src/app/state/recorded-store.ts';
import { type ChangeEvent, type EventId, eventIds, eventIdAt, timeOf } from '../../../src/domain/change.ts';
import type { ItemStore, Write } from '../../../src/ports/item-store.ts';
import { rig, type Rig } from './rig.ts';

let at: Rig;
let store: ItemStore;
let published: ChangeEvent[];
beforeEach(() => {
  at = rig();
  published = [];
  store = recorded(at.needs.store, { ...at.needs, publish: (event) => void published.push(event) });
});
afterEach(() => at.close());

const put = (partition: string, sort: string, value: unknown): Write => ({ kind: 'put', key: { partition, sort }, value, condition: { absent: true } });
const service = (name: string): Write => put('services', name, { name });
const since = (after?: EventId, settleMs = 0) => eventsSince({ store, clock: at.clock, settings: { eventsSettleMs: settleMs } as never })(after);
const names = (events: readonly ChangeEvent[]) => events.map(({ changes }) => changes.map(({ service: name }) => name).join('+'));

describe('what changed', () => {
  it.each([
    [service('catalog'), { what: 'service', service: 'catalog', environment: null, pipeline: null, status: null }],
    [put('service#catalog', 'pipeline#00000007', { id: 'catalog-7', service: 'catalog', status: { kind: 'failed' } }), { what: 'pipeline', service: 'catalog', environment: null, pipeline: 'catalog-7', status: 'failed' }],
    [put('deployment#catalog-7-production', 'deployment', { id: 'catalog-7-production', pipeline: 'catalog-7', service: 'catalog', environment: 'production', status: { kind: 'running' } }), { what: 'deployment', service: 'catalog', environment: 'production', pipeline: 'catalog-7', status: 'running', id: 'catalog-7-production' }],
    [put('deployment#my-shop-7-eu-production', 'test#answers', { name: 'answers', outcome: 'passed' }), { what: 'test', service: 'my-shop', environment: null, pipeline: 'my-shop-7', status: null, id: 'answers' }],
    [put('desired#03', 'catalog#production', { service: 'catalog', environment: 'production', deployment: 'catalog-7-production' }), { what: 'desired', service: 'catalog', environment: 'production', pipeline: 'catalog-7', status: null }],
    [put('observed#03', 'catalog#production', { service: 'catalog', environment: 'production' }), { what: 'observed', service: 'catalog', environment: 'production', pipeline: null, status: null }],
    [put('approval#a', 'approval', { id: 'a', subject: { service: 'catalog', environment: 'production', deployment: 'catalog-7-production' }, status: { kind: 'waiting' } }), { what: 'approval', service: 'catalog', environment: 'production', pipeline: 'catalog-7', status: 'waiting', id: 'a' }],
    [put('alerts', '1#a', { service: 'catalog', environment: null, severity: 'critical' }), { what: 'alert', service: 'catalog', environment: null, pipeline: null, status: 'critical', id: '1#a' }],
  ])('%#: $key.partition', async (write, change) => {
    await store.transact([write]);
    expect(published).toMatchObject([{ changes: [change] }]);
  });

  it('is said once for a transaction, and not at all for what is nobody\'s news', async () => {
    await store.transact([service('catalog'), put('running#03', 'catalog-7', {}), put('service#catalog', 'release#x', {}), put('outbox#01', 'x', {})]);
    expect(names(published)).toEqual(['catalog']);
    await store.transact([put('outbox#01', 'y', {}), { kind: 'check', key: { partition: 'services', sort: 'catalog' }, condition: { generation: 1 } }]);
    expect(published.length).toBe(1);
  });

  it('is not said when the transaction fails', async () => {
    await store.transact([service('catalog')]);
    await expect(store.transact([service('basket'), service('catalog')])).rejects.toMatchObject({ name: 'Conflict' });
    expect(names(published)).toEqual(['catalog']);
    expect(names((await since(eventIdAt(0).replace(/^\d{13}/, String(at.clock.now() - 1)) as EventId)).events)).toEqual(['catalog']);
  });

  it('is said also of a transaction that has no room for its event', async () => {
    await store.transact([service('catalog'), ...Array.from({ length: 99 }, (_, index) => put('outbox#01', `x${index}`, {}))]);
    expect(names(published)).toEqual(['catalog']);
  });
});

describe('events since', () => {
  const write = async (...list: string[]) => { for (const name of list) { await store.transact([service(name)]); at.clock.advance(1); } };

  it('begin now, then come once each and in order, over the hours', async () => {
    await write('aa');
    at.clock.advance(1);
    const { next, events } = await since();
    expect(events).toEqual([]);
    await write('bb', 'cc');
    const first = await since(next);
    expect(names(first.events)).toEqual(['bb', 'cc']);
    at.clock.advance(3_600_000 * 2);
    await write('dd');
    const second = await since(first.next);
    expect(names(second.events)).toEqual(['dd']);
    expect(await since(second.next)).toEqual({ events: [], next: second.next, reset: false });
    expect(names((await since(next)).events)).toEqual(['bb', 'cc', 'dd']);
  });

  it('of the very millisecond in which somebody begins are not lost', async () => {
    const { next } = await since();
    await store.transact([service('aa')]);
    await store.transact([service('bb')]);
    expect(names((await since(next)).events)).toEqual(['aa', 'bb']);
  });

  it('too many, or too old, are a reset', async () => {
    const { next } = await since();
    for (let index = 0; index <= EVENTS_MAX; index += 1) await store.transact([service(`s${index}`)]);
    expect(await since(next)).toMatchObject({ events: [], reset: true });
    at.clock.advance(86_400_001);
    expect(await since(next)).toMatchObject({ events: [], reset: true });
  });

  it('wait until they are settled where several processes write', async () => {
    const { next } = await since(undefined, 3000);
    await write('aa');
    expect((await since(next, 3000)).events).toEqual([]);
    at.clock.advance(3000);
    expect(names((await since(next, 3000)).events)).toEqual(['aa']);
  });
});

it('ids only rise, whatever the clock does', () => {
  const next = eventIds('abcd');
  const ids = [5000, 5000, 4000, 5001, 1].map((now) => next(now));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(5);
  expect(timeOf(ids[0] as EventId)).toBe(5000);
});
