import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { chooseByChance, chooseByKey, seedOf } from '../../../src/router/choose.ts';

const revision = (id: string, weight: number) => ({ id, weight, seed: seedOf(id) });
const keys = Array.from({ length: 5_000 }, (_, n) => `visitor-${n}`);

describe('chooseByChance', () => {
  it('gives each revision its share of the unit interval', () => {
    const revisions = [revision('stable', 93), revision('candidate', 7)];
    const picks = Array.from({ length: 100 }, (_, n) => chooseByChance(revisions, n / 100)?.id);
    expect(picks.filter((id) => id === 'candidate')).toHaveLength(7);
  });

  it('knows nothing to choose from nothing', () => {
    expect(chooseByChance([], 0.5)).toBeUndefined();
    expect(chooseByKey([], 'anna')).toBeUndefined();
  });

  it('always answers one of the revisions', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (weights, chance) => {
      expect(chooseByChance(weights.map((weight, n) => revision(`r-${n}`, weight)), chance)).toBeDefined();
    }));
  });
});

describe('chooseByKey', () => {
  it('splits keys by weight', () => {
    const share = keys.filter((key) => chooseByKey([revision('stable', 80), revision('candidate', 20)], key)?.id === 'candidate').length / keys.length;
    expect(share).toBeGreaterThan(0.17);
    expect(share).toBeLessThan(0.23);
  });

  it('leaves everybody on the candidate while its weight grows', () => {
    fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 98 }), fc.integer({ min: 1, max: 98 }), (key, one, other) => {
      const [less, more] = one < other ? [one, other] : [other, one];
      const at = (weight: number) => chooseByKey([revision('stable', 100 - weight), revision('candidate', weight)], key)?.id;
      if (at(less) === 'candidate') expect(at(more)).toBe('candidate');
    }), { numRuns: 2_000 });
  });

  it('moves only the share that has to move', () => {
    const moved = keys.filter((key) => {
      const at = (weight: number) => chooseByKey([revision('stable', 100 - weight), revision('candidate', weight)], key)?.id;
      return at(10) !== at(30);
    });
    expect(moved.length / keys.length).toBeGreaterThan(0.16);
    expect(moved.length / keys.length).toBeLessThan(0.24);
  });
});
