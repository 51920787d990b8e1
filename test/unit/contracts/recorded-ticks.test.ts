import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseRecordedTicks } from '../../../src/contracts/recorded-ticks.ts';

const line = (at: number, parts: object = {}) => JSON.stringify({ at, stable: { requests: 90 }, candidate: { requests: 10, failures: { status5xx: 1 } }, ...parts });

describe('recorded ticks', () => {
  it('are read with and without latencies, classes and empty lines', () => {
    const text = [line(5), '', line(10, { stable: { requests: 3, failures: 2, latencyBuckets: [1, 2], boundsMs: [10], events: { orders: { total: 5, bad: 1 } } }, candidate: null })].join('\n');
    expect(parseRecordedTicks(text)).toEqual({ ok: true, ticks: [
      { at: 5, stable: { requests: 90, failures: { failed: 0 }, latencyBuckets: [], boundsMs: [] }, candidate: { requests: 10, failures: { status5xx: 1 }, latencyBuckets: [], boundsMs: [] } },
      { at: 10, stable: { requests: 3, failures: { failed: 2 }, latencyBuckets: [1, 2], boundsMs: [10], events: { orders: { total: 5, bad: 1 } } }, candidate: null },
    ] });
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', 'x', /^no JSON: /],
    ['another shape', '7', /expected object/],
    ['a field that is not known', line(9, { more: 1 }), /more/],
    ['an arm without requests', line(9, { stable: {} }), /^stable\.requests: /],
    ['fewer requests than none', line(9, { stable: { requests: -1 } }), /^stable\.requests: /],
    ['more failures than requests', line(9, { candidate: { requests: 1, failures: { a: 1, b: 1 } } }), /^candidate\.failures: 2 failures of 1 requests/],
    ['buckets that do not fit their bounds', line(9, { candidate: { requests: 1, latencyBuckets: [1], boundsMs: [5] } }), /1 buckets for 1 bounds/],
    ['bounds that do not ascend', line(9, { candidate: { requests: 1, latencyBuckets: [1, 0, 0], boundsMs: [5, 5] } }), /do not ascend/],
    ['more bad than there are', line(9, { candidate: { requests: 1, events: { a: { total: 1, bad: 2 } } } }), /2 bad of 1/],
    ['arms of other names', JSON.stringify({ at: 9, baseline: { requests: 1 }, canary: { requests: 1 } }), /^baseline, canary: there is no such field\. A line has at, stable and candidate/],
    ['no stable arm', JSON.stringify({ at: 9, candidate: { requests: 1 } }), /^stable: it is missing; an arm that could not be read is null/],
    ['no time', JSON.stringify({ stable: null }), /^at: it is missing\. /],
    ['a class that every record answers to', line(9, { candidate: { requests: 1, failures: { constructor: 1 } } }), /^candidate\.failures\.constructor: .*meaning of its own/],
    ['a class that a record loses', '{"at":9,"stable":{"requests":1,"failures":{"__proto__":1}}}', /^__proto__: this name has a meaning of its own/],
    ['events that every record answers to', line(9, { candidate: { requests: 1, events: { toString: { total: 1, bad: 0 } } } }), /^candidate\.events\.toString: .*meaning of its own/],
    ['a metric by the name of one of the judge', line(9, { candidate: { requests: 1, histograms: { latency: { buckets: [1, 0], bounds: [5] } } } }), /^candidate\.histograms\.latency: .*meaning of its own/],
    ['a time that goes back', line(4), /^at: 4 does not come after 5$/],
  ])('with %s are refused by line and reason', (_, bad, reason) => {
    expect(parseRecordedTicks([line(5), bad, line(20)].join('\n'))).toEqual({ ok: false, issues: [{ line: 2, reason: expect.stringMatching(reason) }] });
  });

  it('tell 50 bad lines at most, and an empty file', () => {
    const many = parseRecordedTicks('x\n'.repeat(200));
    expect(many.ok ? [] : many.issues).toHaveLength(50);
    expect(parseRecordedTicks('\n\n')).toEqual({ ok: false, issues: [{ line: 1, reason: 'there is no tick in it' }] });
  });

  it('never throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.array(fc.json()).map((lines) => lines.join('\n'))), (text) => void parseRecordedTicks(text)), { numRuns: 300 });
  });

  it('is read with a byte order mark, and a line that is none is quoted without what a terminal would carry out', () => {
    expect(parseRecordedTicks('\uFEFF{"at":1,"stable":null}')).toMatchObject({ ok: true });
    const found = parseRecordedTicks('\u001b[31mred\u0007');
    expect(found).toMatchObject({ ok: false, issues: [{ line: 1, reason: expect.stringMatching(/^no JSON: /) }] });
    expect(JSON.stringify(found)).not.toMatch(/\\u00|\\x/);
  });
});
