import { describe, expect, it } from '@jest/globals';
import { calibration, type CalibrationInput, clusterSize, looksOf, runsOf } from '../../../../src/domain/judge/calibrate.ts';
import type { Judge } from '../../../../src/domain/judge/judge.ts';
import { type Random, randomFrom } from '../../../../src/domain/judge/random.ts';
import { replay } from '../../../../src/domain/judge/replay.ts';
import { sequentialJudge } from '../../../../src/domain/judge/sequential/sequential-judge.ts';
import { binomial } from '../../../bench/judge/random.ts';
import { arm, rule } from './builders.ts';

const kinds = (failed: (tick: number) => number, ticks = 12) =>
  [...replay(sequentialJudge, Array.from({ length: ticks }, (_, index) => ({ at: 5 * (index + 1), stable: arm(90), candidate: arm(10, failed(index)) })), rule(), 5 * ticks)].map(({ verdict }) => verdict.kind);

describe('replay', () => {
  it('says a verdict per tick, and the last one at the end of the hold', () => expect(kinds(() => 0)).toEqual([...Array.from({ length: 11 }, () => 'continue'), 'promote']));
  it('ends with an abort', () => {
    const said = kinds((tick) => (tick < 6 ? 0 : 10), 30);
    expect(said.at(-1)).toBe('abort');
    // A minute of failures may be one client's.
    expect(said.length).toBeLessThan(14);
  });
  it('is no pass with evidence that it is worse which is too little to abort', () => {
    const said = [...replay(sequentialJudge, Array.from({ length: 30 }, (_, index) => ({ at: 10 * (index + 1), stable: arm(900, 1), candidate: arm(100, index % 3 === 2 ? 1 : 0) })), rule(), 300)].at(-1);
    expect(said?.verdict).toMatchObject({ kind: 'inconclusive', reason: expect.stringContaining('failures: 10 of 3000') });
    expect(said?.verdict.evidence.logE).toBeGreaterThan(Math.log(9));
  });
});

describe('clusterSize', () => {
  const random = randomFrom(7);
  const counts = (burst: number) => Array.from({ length: 2000 }, () => arm(1000, burst * binomial(random, 1000, 0.005 / burst)));
  it.each([[1, 0.85, 1.2], [5, 4, 6], [20, 14, 26]])('of bursts of %d', (burst, least, most) => {
    expect(clusterSize(counts(burst))).toBeGreaterThan(least);
    expect(clusterSize(counts(burst))).toBeLessThan(most);
  });
  it('is 1 of nothing', () => expect(clusterSize([arm(0), arm(100)])).toBe(1));
});

describe('calibrate', () => {
  const calibrate = (judge: Judge, given: CalibrationInput, by: Random) => {
    const last = [...calibration(judge, given, by)].at(-1);
    if (last === undefined) throw new Error('there was no run');
    return last;
  };
  const random = randomFrom(9);
  const ticks = Array.from({ length: 60 }, () => ({ seconds: 5, counts: arm(500, binomial(random, 500, 0.01)) }));
  const input = { ticks, rule: rule(), share: 0.1, runs: 120, looks: 60 };

  it('finds that the promise holds for a service like any other, and the same with the same seed', () => {
    const found = calibrate(sequentialJudge, input, randomFrom(1));
    expect(found).toMatchObject({ runs: 120, holds: true, holdSeconds: 300, requests: 30_000 });
    expect(found.aborted).toBeLessThanOrEqual(4);
    expect(calibrate(sequentialJudge, input, randomFrom(1))).toEqual(found);
  });
  it('finds that it does not hold for a judge that cries wolf', () => {
    let turn = 0;
    const wolf = { ...sequentialJudge, tick: (...given: Parameters<typeof sequentialJudge.tick>) => {
      const { state, verdict } = sequentialJudge.tick(...given);
      turn += 1;
      return { state, verdict: { ...verdict, kind: turn % 500 === 0 ? 'abort' as const : verdict.kind } };
    } };
    const found = calibrate(wolf, input, randomFrom(1));
    expect(found.holds).toBe(false);
    expect(found.low).toBeGreaterThan(0.01);
  });
  it('says nothing of too few runs or requests', () => {
    expect(calibrate(sequentialJudge, { ...input, runs: 50 }, randomFrom(1)).holds).toBeNull();
    expect(calibrate(sequentialJudge, { ...input, ticks: [{ seconds: 5, counts: arm(100) }], looks: 1 }, randomFrom(1)).holds).toBeNull();
  });
  it('says after each run what is known', () => expect([...calibration(sequentialJudge, { ...input, runs: 5 }, randomFrom(1))].map(({ runs }) => runs)).toEqual([1, 2, 3, 4, 5]));
  it('draws shorter and longer watches than was counted', () => {
    let seen = 0;
    const counting: Judge = { ...sequentialJudge, tick: (...given) => { seen += 1; return sequentialJudge.tick(...given); } };
    expect(calibrate(counting, { ...input, looks: 12, runs: 10 }, randomFrom(1))).toMatchObject({ seconds: 300, looks: 12, holdSeconds: 60, requests: 30_000 });
    expect(seen).toBe(120);
    expect(calibrate(sequentialJudge, { ...input, looks: 240, runs: 2 }, randomFrom(1))).toMatchObject({ seconds: 300, holdSeconds: 1200 });
  });
  it.each([[60, 1000], [500, 1000], [1000, 500], [8640, 100], [0, 1000]])('of %d looks makes %d runs when nobody says', (looks, runs) => expect(runsOf(looks)).toBe(runs));
  it('watches as long as was counted, or as is said, and not so long that the runs would take minutes', () => {
    expect([looksOf(ticks, null), looksOf(ticks, 100), looksOf(ticks, 1), looksOf(ticks, 600)]).toEqual([60, 20, 1, 120]);
    expect(looksOf(Array.from({ length: 9000 }, () => ({ seconds: 1, counts: arm(1) })), null)).toBe(5000);
  });
});
