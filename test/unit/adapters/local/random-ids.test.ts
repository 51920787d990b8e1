import { describe, expect, it } from '@jest/globals';
import { randomIds } from '../../../../src/adapters/local/random-ids.ts';
import { seededIds } from '../../../fakes/ids.ts';

describe('random ids', () => {
  it('have 26 characters of [0-9a-z] and do not come twice', () => {
    const ids = Array.from({ length: 5_000 }, () => randomIds.next());
    expect(ids.filter((id) => !/^[0-9a-z]{26}$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(5_000);
  });

  it('favour no character', () => {
    // Bytes taken modulo 36 would give 0 to 3 a chance of 8/256 instead of 1/36: 14 % above, where 8 % is 8 standard deviations of this sample.
    const counts = new Map<string, number>();
    const characters = Array.from({ length: 20_000 }, () => randomIds.next()).join('');
    for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
    const expected = characters.length / 36;
    expect(counts.size).toBe(36);
    for (const count of counts.values()) expect(Math.abs(count - expected) / expected).toBeLessThan(0.08);
  });
});

describe('seeded ids', () => {
  it('have the same shape, the same series for a seed, and another for another', () => {
    const series = (seed: number) => {
      const ids = seededIds(seed);
      return Array.from({ length: 50 }, () => ids.next());
    };
    expect(series(1)).toEqual(series(1));
    expect(new Set([...series(1), ...series(2)]).size).toBe(100);
    expect(series(1).filter((id) => !/^[0-9a-z]{26}$/.test(id))).toEqual([]);
  });
});
