/** Points of one minute come one after the other: what is counted meanwhile must be true, and never be taken back. */
import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, integer, property, record, uniqueArray } from 'fast-check';
import { type Answered, countsOf, SETTLED_MS } from '../../../../../src/adapters/aws/cloudwatch-metrics/counts.ts';
import type { Counted } from '../../../../../src/adapters/aws/cloudwatch-metrics/queries.ts';
import { armDelta, failuresOf } from '../../../../../src/domain/judge/counts.ts';

const AT = Date.UTC(2026, 4, 4, 6, 30);
const minute = (offset: number): number => AT + offset * 60_000;
const requests = { kind: 'requests' } as const;
const failing = (name: string) => ({ kind: 'failures', name }) as const;
const answered = (what: Counted, ...points: readonly (readonly [number, number])[]): Answered => ({ what, minutes: new Map(points) });

describe('the failures of a minute', () => {
  it('wait for its requests', () => {
    const refused = answered(failing('connection'), [minute(-1), 40]);
    expect(countsOf([answered(requests), refused], AT)).toMatchObject({ requests: 0, failures: { connection: 0 } });
    expect(countsOf([answered(requests, [minute(-1), 100]), refused], AT)).toMatchObject({ requests: 100, failures: { connection: 40 } });
  });

  it('count by themselves when no requests came: a revision that refuses all connections is not silent', () => {
    expect(countsOf([answered(requests), answered(failing('connection'), [AT - SETTLED_MS, 40])], AT)).toMatchObject({ requests: 40, failures: { connection: 40 } });
    expect(countsOf([answered(requests), answered(failing('connection'), [AT - SETTLED_MS + 1, 40])], AT)).toMatchObject({ requests: 0, failures: { connection: 0 } });
  });
});

const classes = ['status5xx', 'connection'] as const;
/** A point: of which metric, in which minute, how many, and how late it is there. */
const point = record({ metric: constantFrom(...classes, 'requests', 'status4xx'), minute: integer({ min: 0, max: 8 }), count: integer({ min: 0, max: 500 }), lateMs: integer({ min: 0, max: 6 * 60_000 }) });

describe('whatever order the points come in', () => {
  it('counts never fall, failures are never more than requests once all is settled, and nothing is lost', () => {
    assert(property(uniqueArray(point, { selector: (one) => `${one.metric} ${one.minute}`, maxLength: 30 }), (points) => {
      const read = (at: number) => countsOf((['requests', ...classes, 'status4xx'] as const).map((metric) => answered(
        metric === 'requests' ? requests : metric === 'status4xx' ? { kind: 'events', name: metric } : failing(metric),
        ...points.filter((one) => one.metric === metric && minute(one.minute + 1) + one.lateMs <= at).map((one) => [minute(one.minute), one.count] as const),
      )), at);
      const readings = Array.from({ length: 40 }, (_, index) => read(AT + index * 30_000));
      for (const [index, reading] of readings.slice(1).entries()) expect(armDelta(readings[index], reading)).not.toBeNull();
      const last = readings.at(-1)!;
      expect(failuresOf(last)).toBeLessThanOrEqual(last.requests);
      for (const name of classes) expect(last.failures[name]).toBe(points.filter(({ metric }) => metric === name).reduce((sum, { count }) => sum + count, 0));
      expect(last.events?.['status4xx']?.bad).toBe(points.filter(({ metric }) => metric === 'status4xx').reduce((sum, { count }) => sum + count, 0));
      expect(last.events!['status4xx']!.total).toBeGreaterThanOrEqual(last.events!['status4xx']!.bad);
    }));
  });
});
