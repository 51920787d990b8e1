/** What the console says: times, numbers, glances, matches, and events out of a stream. */
import { describe, expect, it } from '@jest/globals';
import { array, assert, double, integer, property } from 'fast-check';
import { eventReader } from '../../../console/src/api/event-stream.ts';
import { matched } from '../../../console/src/router.ts';
import { titleOf } from '../../../console/src/shell/places.ts';
import { driftDetail } from '../../../console/src/text/drift.ts';
import { best, distance } from '../../../console/src/text/match.ts';
import { odds, percent, shortVersion } from '../../../console/src/text/numbers.ts';
import { glance, wanted, type Place, type Row } from '../../../console/src/text/places.ts';
import * as wording from '../../../src/domain/judge/wording.ts';
import { ago, duration, fromLocalInput, localInput, until } from '../../../console/src/text/time.ts';

describe('times', () => {
  it.each([[0, '0 s'], [450, '0.5 s'], [59_999, '59 s'], [60_000, '1 min'], [3_660_000, '1 h 1 min'], [90_000_000, '1 d 1 h']])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text));
  it.each([[1000, 'now'], [40_000, '40 s ago'], [3_600_000, '1 h ago'], [15 * 86_400_000, '2026-11-11']])('%d ms before', (before, text) => { const now = Date.UTC(2026, 10, 26); expect(ago(now - before, now)).toBe(text); });
  it('what is to come', () => expect([until(5000, 1000), until(1000, 1000)]).toEqual(['in 4 s', 'over']));
  it('an input of local time comes back to the minute', () => expect(fromLocalInput(localInput(1_795_176_000_000))).toBe(1_795_176_000_000));
});

it.each([[0, '0 %'], [1e-9, 'under 0.0001 %'], [0.00004, '0.004 %'], [0.0009, '0.09 %'], [0.0123, '1.23 %'], [0.0632, '6.32 %'], [0.12345, '12.35 %'], [0.5, '50 %'], [1, '100 %']])('%d is %s', (share, text) => {
  expect(percent(share)).toBe(text);
});
it('rates and odds are said as in verdicts, the command line and Slack', () => {
  assert(property(double({ min: 0, max: 1, noNaN: true }), (share) => expect(percent(share)).toBe(wording.percent(share))));
  assert(property(double({ min: -20, max: 20, noNaN: true }), (ln) => expect(odds(ln)).toBe(wording.eValue(ln))));
});
it.each([[-9, '0'], [Math.log(0.35), '0.35'], [0, '1'], [Math.log(100), '100'], [Math.log(7226.4), '7226'], [Math.log(1.2e6), 'more than a million'], [5000, 'more than a million']])('e to the %d is %s', (ln, text) => expect(odds(ln)).toBe(text));
it('versions that are commits are shortened, others are not', () => expect([shortVersion('0123456789abcdef'), shortVersion('1.4.0-rc.1')]).toEqual(['0123456789', '1.4.0-rc.1']));

describe('events', () => {
  const stream = 'retry: 1000\nevent: ready\nid: a\ndata: {}\n\n:\n\nid: b\nevent: change\ndata: {"x":\ndata: 1}\n\n';
  it('reads a stream, however it is cut', () => {
    assert(property(array(integer({ min: 0, max: stream.length }), { maxLength: 6 }), (cuts) => {
      const read = eventReader();
      const ends = [...cuts.sort((a, b) => a - b), stream.length];
      const events = ends.flatMap((end, index) => read(stream.slice(ends[index - 1] ?? 0, end)));
      expect(events).toEqual([{ event: 'ready', id: 'a', data: '{}' }, { event: 'change', id: 'b', data: '{"x":\n1}' }]);
    }));
  });
});

describe('finding', () => {
  it('letters must come in order, and nearer is better', () => {
    expect([distance('catalog', ''), distance('catalog', 'cat'), distance('catalog', 'log'), distance('catalog', 'gc')]).toEqual([0, 0, 4, null]);
    expect(best(['shop-catalog', 'catalog', 'cart'], 'cat', (name) => name, 2)).toEqual(['catalog', 'shop-catalog']);
  });
  it('addresses match their pattern only', () => {
    expect(matched('/services/:service', '/services/a%20b')).toEqual({ service: 'a b' });
    expect([matched('/services/:service', '/services/'), matched('/', '/'), matched('/audit', '/audit/'), matched('/audit', '/teams')]).toEqual([undefined, {}, {}, undefined]);
  });
});

it.each([['/', 'Services · Slipway'], ['/services/cart', 'cart · Slipway'], ['/services/cart/compare', 'Compare releases of cart · Slipway'], ['/pipelines/cart-3', 'cart-3 · Slipway'], ['/then', 'An environment as it was · Slipway'], ['/nothing', 'Slipway']])('the page at %s is called %s', (path, title) => expect(titleOf(path)).toBe(title));

it.each([
  [{ kind: 'not-observed' }, ''],
  [{ kind: 'weights', want: { 'cart-2-production': 100 }, have: {}, ready: false }, 'asked for cart-2-production 100; there nothing; moves once instances are healthy'],
  [{ kind: 'missing-instances', revision: 'cart-2-production', want: 3, have: 1 }, 'cart-2-production; asked for 3; there 1'],
  [{ kind: 'stray-instance', instance: 'i-1', revision: 'cart-1-production', unrecorded: true }, 'i-1; cart-1-production; nobody started it here'],
  [{ kind: 'zone', problem: 'lost', revision: 'cart-2-production', zone: 'b', instances: ['i-1', 'i-2'] }, 'lost; cart-2-production; zone b; i-1, i-2'],
])('the drift %j is said as "%s"', (drift, text) => expect(driftDetail(drift)).toBe(text));

const place = (given: Partial<Place>): Place => ({ environment: 'production', generation: 1, stable: { revision: 'a-1-production', version: '1', release: 'a@0', weight: 100 }, others: [], wanted: 2, healthy: 2, instances: 2, drift: [], deployment: null, paused: false, endpoint: null, changedAt: 0, ...given } as Place);
const row = (service: string, given: Partial<Row> = {}): Row => ({ service, team: 'shop', places: [place({})], running: [], waiting: [], ...given } as Row);

describe('glances', () => {
  it.each([
    [{}, 'good', 'healthy'], [{ healthy: 0 }, 'bad', 'down'], [{ healthy: 1 }, 'warn', '1 of 2'], [{ drift: ['weights'] }, 'warn', 'drift'], [{ drift: ['quarantined'], healthy: 1 }, 'bad', 'crash loop'],
    [{ deployment: 'a-2-production', healthy: 0 }, 'busy', 'deploying'], [{ stable: null }, 'idle', 'nothing stable'], [{ wanted: 0, healthy: 0 }, 'idle', 'scaled to 0'],
  ])('%j is %s, %s', (given, tone, word) => expect(glance(place(given as never))).toMatchObject({ tone, word }));

  it('what waits comes first, then what is unwell, then what moves, then the rest by name', () => {
    const rows = [row('zebra'), row('busy', { running: [{}] as never }), row('down', { places: [place({ healthy: 0 })] }), row('asks', { waiting: [{}] as never }), row('apple')];
    expect(wanted(rows, { text: '', team: '', state: 'any', sort: 'attention' }).map(({ service }) => service)).toEqual(['asks', 'down', 'busy', 'apple', 'zebra']);
    expect(wanted(rows, { text: 'e', team: 'shop', state: 'any', sort: 'name' }).map(({ service }) => service)).toEqual(['apple', 'zebra']);
    expect(wanted(rows, { text: '', team: '', state: 'unwell', sort: 'name' }).map(({ service }) => service)).toEqual(['down']);
  });
});
