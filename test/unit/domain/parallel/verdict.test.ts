import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { emptyReport, type ParallelReport } from '../../../../src/domain/parallel/report.ts';
import { judgeAnswers, logEvidence } from '../../../../src/domain/parallel/verdict.ts';
import { rule } from './answers.ts';

const report = (compared: number, fields: ParallelReport['fields'] = {}): ParallelReport => ({ ...emptyReport(), compared, fields });
const field = (candidate: number, stable: number, both = 0) => ({ candidate, stable, both });
const kind = (given: ParallelReport, parts = {}) => judgeAnswers(given, rule(parts)).kind;

/** Mulberry32: a seeded source of chance. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('the verdict on answers', () => {
  it('says different where old and new differ and old and old do not, and names the field', () => {
    const verdict = judgeAnswers(report(60, { '$.price': field(60, 0), '$.at': field(0, 0, 60) }), rule());
    expect(verdict).toMatchObject({ kind: 'different', fields: ['$.price'] });
    expect(verdict.reason).toContain('$.price in 100 % (the stable revision from itself in 0 %)');
  });

  it('says so early when it is clear', () => expect(kind(report(20, { status: field(20, 0) }))).toBe('different'));

  it('does not count a field that differs as often between two old ones', () => {
    expect(kind(report(1000, { '$.at': field(3, 4, 990), '$.random': field(500, 480, 10) }))).toBe('same');
  });

  it('counts a field that the stable revision varies, too, when the candidate varies it far more', () => {
    expect(judgeAnswers(report(1000, { '$.items.length': field(300, 100) }), rule()).fields).toEqual(['$.items.length']);
  });

  it('lets pass what stays within the rate, and asks for enough requests', () => {
    expect(kind(report(10_000, { '$.price': field(60, 0) }))).toBe('same');
    expect(kind(report(10_000, { '$.price': field(60, 0) }), { maximumRate: 0.001 })).toBe('different');
    expect(kind(report(49))).toBe('unclear');
    expect(kind(report(0))).toBe('unclear');
    expect(kind(report(50))).toBe('same');
  });

  it('does not call the same what may well differ', () => {
    expect(judgeAnswers(report(60, { '$.price': field(9, 0) }), rule())).toMatchObject({ kind: 'unclear', fields: ['$.price'] });
  });

  it('has finite evidence that grows with the candidate\'s share, for any counts', () => {
    fc.assert(fc.property(fc.nat(5_000_000), fc.nat(5_000_000), (only, noise) => {
      const evidence = logEvidence(only, noise);
      expect(Number.isFinite(evidence)).toBe(true);
      if (only <= noise) expect(evidence).toBe(0);
      else expect(logEvidence(only + 1, noise)).toBeGreaterThan(evidence - 1e-6);
    }));
    // From the sum itself: 2^13 * 10! * 3! / 14! and so on.
    expect(logEvidence(10, 0)).toBeCloseTo(Math.log(2 ** 10 / 11), 10);
    expect(logEvidence(9, 3)).toBeCloseTo(Math.log(2 ** 12 / (13 * 220)), 10);
    expect(logEvidence(6000, 2000)).toBeCloseTo(logEvidence(6000, 1999) + Math.log(2 * 2000 / 8001), 4);
  });

  it('calls equal revisions different in at most 1 % of runs, looked at after each request, with many noisy fields', () => {
    const chance = seeded(7);
    let wrong = 0;
    const runs = 200;
    for (let run = 0; run < runs; run++) {
      const rates = Array.from({ length: 8 }, () => chance());
      const given = report(0, Object.fromEntries(rates.map((_rate, index) => [`$.f${index}`, field(0, 0)])));
      let different = false;
      for (let request = 0; request < 250 && !different; request++) {
        given.compared++;
        for (const [index, rate] of rates.entries()) {
          const counts = given.fields[`$.f${index}`]!;
          const [old, other, fresh] = [chance() < rate, chance() < rate, chance() < rate];
          if (old !== fresh && old !== other) counts.both++;
          else if (old !== fresh) counts.candidate++;
          else if (old !== other) counts.stable++;
        }
        different = judgeAnswers(given, rule()).kind === 'different';
      }
      if (different) wrong++;
    }
    expect(wrong / runs).toBeLessThanOrEqual(0.01);
  });
});
