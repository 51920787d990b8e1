import { describe, expect, it } from '@jest/globals';
import { keptReading } from '../../../src/app/hold.ts';
import { arm } from '../domain/judge/builders.ts';

const [hundred, more] = [arm(100), arm(120)].map((counts) => ({ ...counts, latencyBuckets: [...counts.latencyBuckets], boundsMs: [...counts.boundsMs] })) as [never, never];

describe('a reading in which a revision is missing', () => {
  it('leaves the last one of it, so that its counts are not new again when it is back', () => {
    expect(keptReading({ epoch: 'a', candidate: hundred, stable: more }, { epoch: 'a', candidate: null, stable: null })).toEqual({ epoch: 'a', candidate: hundred, stable: more });
    expect(keptReading({ epoch: 'a', candidate: hundred, stable: null }, { epoch: 'a', candidate: more, stable: hundred })).toEqual({ epoch: 'a', candidate: more, stable: hundred });
  });

  it('leaves nothing of counters that began again', () => {
    expect(keptReading({ epoch: 'a', candidate: hundred, stable: hundred }, { epoch: 'b', candidate: null, stable: more })).toEqual({ epoch: 'b', candidate: null, stable: more });
    expect(keptReading(null, { epoch: 'b', candidate: null, stable: null })).toEqual({ epoch: 'b', candidate: null, stable: null });
  });
});
