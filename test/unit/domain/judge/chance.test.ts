import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { binomialTail, highestRate, lowestRate, wilson } from '../../../../src/domain/judge/chance.ts';

/** The definition, term by term, with whole binomial coefficients. */
function byDefinition(successes: number, trials: number, p: number): number {
  let coefficient = 1n;
  let sum = 0;
  for (let k = 0; k <= trials; k += 1) {
    if (k >= successes) sum += Number(coefficient) * p ** k * (1 - p) ** (trials - k);
    coefficient = (coefficient * BigInt(trials - k)) / BigInt(k + 1);
  }
  return sum;
}

describe('binomialTail', () => {
  it.each([
    [1, 20, 0.01, 1 - 0.99 ** 20],
    [5, 100, 0.01, 0.003432],
    [20, 20, 0.5, 0.5 ** 20],
    [0, 50, 0.01, 1],
    [3, 2, 0.5, 0],
    [1, 10, 0, 0],
    [10, 10, 1, 1],
    [1, 0, 0.5, 0],
  ])('of at least %d in %d at %d', (successes, trials, p, expected) => {
    expect(binomialTail(successes, trials, p)).toBeCloseTo(expected, 5);
  });

  it('is what the definition says', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 120 }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (successes, trials, p) => {
      expect(binomialTail(successes, trials, p)).toBeCloseTo(byDefinition(successes, trials, p), 9);
    }), { numRuns: 1000 });
  });

  it('stays a falling chance for millions of trials', () => {
    const chances = [9_000, 9_900, 10_000, 10_100, 10_500, 12_000, 1_000_000].map((successes) => binomialTail(successes, 1_000_000, 0.01));
    expect(chances).toEqual([...chances].sort((a, b) => b - a));
    expect(chances[0]).toBeCloseTo(1, 9);
    expect(chances[2]).toBeCloseTo(0.5, 2);
    expect(chances.at(-2)).toBeLessThan(1e-50);
    expect(chances.every((chance) => chance >= 0 && chance <= 1)).toBe(true);
  });
});

describe('wilson', () => {
  it.each([[0, 0, 0, 1], [0, 900, 0, 0.004250], [10, 10, 0.722460, 1], [5, 100, 0.021543, 0.111755]])('of %d in %d', (bad, total, low, high) => {
    expect(wilson(bad, total).low).toBeCloseTo(low, 4);
    expect(wilson(bad, total).high).toBeCloseTo(high, 4);
  });
  it('is around the rate, and narrower with more requests', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (total, share) => {
      const bad = Math.floor(share * total);
      const { low, high } = wilson(bad, total);
      expect(low).toBeLessThanOrEqual(bad / total);
      expect(high).toBeGreaterThanOrEqual(bad / total);
      const more = wilson(bad * 10, total * 10);
      expect(more.high - more.low).toBeLessThanOrEqual(high - low + 1e-12);
    }));
  });
});

describe('the highest and lowest rate', () => {
  it.each([[0, 100, 0.05, 0, 0.029513], [5, 100, 0.025, 0.016432, 0.112835], [100, 100, 0.05, 0.970487, 1]])('of %d in %d with a doubt of %d', (bad, total, doubt, low, high) => {
    expect(lowestRate(bad, total, doubt)).toBeCloseTo(low, 4);
    expect(highestRate(bad, total, doubt)).toBeCloseTo(high, 4);
  });
});
