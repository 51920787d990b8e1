/** How bad events come: bursts and sessions are measured, incidents that both arms have are none, and what is not known is not believed. */
import { describe, expect, it } from '@jest/globals';
import { binomial, randomFrom } from '../../../../../src/domain/judge/random.ts';
import { type Dispersion, dispersionOf, doubtfulDispersion, sureDispersion, unknownDispersion, withSpan } from '../../../../../src/domain/judge/sequential/dispersion.ts';
import { arm, hold, tick } from '../builders.ts';

type Second = { readonly stable: number; readonly candidate: number };
/** 90 requests a second on the stable arm and 10 on the candidate. */
const measured = (seconds: readonly Second[], tickSeconds = 1): Dispersion => {
  let state = unknownDispersion();
  for (let from = 0; from + tickSeconds <= seconds.length; from += tickSeconds) {
    const part = seconds.slice(from, from + tickSeconds);
    const bad = (of: keyof Second) => part.reduce((sum, second) => sum + second[of], 0);
    state = withSpan(state, { stable: { total: 90 * tickSeconds, bad: bad('stable') }, candidate: { total: 10 * tickSeconds, bad: bad('candidate') } }, tickSeconds);
  }
  return state;
};
const hour = (of: (second: number, random: () => number) => Second, seed = 1): Second[] => {
  const random = randomFrom(seed);
  return Array.from({ length: 3600 }, (_, second) => of(second, random));
};
const single = (rate: number) => (_second: number, random: () => number): Second => ({ stable: binomial(random, 90, rate), candidate: binomial(random, 10, rate) });

describe('bad events', () => {
  it.each([0.001, 0.01, 0.1])('that come by themselves, at a rate of %d, are found to', (rate) => {
    const found = Array.from({ length: 20 }, (_, seed) => dispersionOf(measured(hour(single(rate), seed + 1))));
    expect(found.filter((one) => one === 1).length).toBeGreaterThanOrEqual(18);
    // The longest spans are few in an hour, and so the noisiest.
    expect(Math.max(...found)).toBeLessThan(4);
  });

  it.each([[1, 5], [1, 20], [10, 5], [60, 20]])('in bursts (looks of %d s, %d at once) are found to be in such', (look, size) => {
    const bursts = measured(hour((_second, random) => ({ stable: random() < 0.09 / size ? size : 0, candidate: 0 })), look);
    expect(dispersionOf(bursts)).toBeGreaterThan(0.8 * size);
    expect(dispersionOf(bursts)).toBeLessThan(3 * size);
  });

  it('of one client over 20 seconds are one cluster, though each second has one', () => {
    const ends: number[] = [];
    const sessions = measured(hour((second, random) => {
      if (random() < 0.004) ends.push(second + 20);
      return { stable: ends.filter((end) => second < end).length, candidate: 0 };
    }));
    expect(dispersionOf(sessions)).toBeGreaterThan(10);
  });

  it('of an incident that both arms have are no cluster', () => {
    const rate = (second: number) => (second >= 600 && second < 1200 ? 0.1 : 0.001);
    const both = measured(hour((second, random) => single(rate(second))(second, random)), 10);
    // Nothing but the noise of the few spans inside it; on one arm alone it is a hundred times that.
    expect(dispersionOf(both)).toBeLessThan(8);
    const alone = measured(hour((second, random) => ({ ...single(0.001)(second, random), stable: binomial(random, 90, rate(second)) })), 10);
    expect(dispersionOf(alone)).toBeGreaterThan(20);
  });

  it('are surely in bursts only where there is hardly a doubt, and then no larger than they are', () => {
    expect(sureDispersion(unknownDispersion())).toBe(1);
    const single20 = Array.from({ length: 20 }, (_, seed) => sureDispersion(measured(hour(single(0.001), seed + 1))));
    expect(single20.every((one) => one === 1)).toBe(true);
    const bursts = measured(hour((_second, random) => ({ stable: random() < 0.0045 ? 20 : 0, candidate: 0 })));
    expect(sureDispersion(bursts)).toBeGreaterThan(8);
    expect(sureDispersion(bursts)).toBeLessThan(dispersionOf(bursts));
  });

  it('may be of few clients in the first minutes, the more of them there are', () => {
    const none = { bad: 0, total: 1000 };
    const doubt = (stable: { bad: number; total: number }, second: number, candidate = none) => doubtfulDispersion(unknownDispersion(), { stable, candidate }, second);
    expect(doubt({ bad: 30, total: 9000 }, 100)).toBe(1);
    expect(doubt({ bad: 90, total: 9000 }, 100)).toBe(3);
    expect(doubt({ bad: 9000, total: 900_000 }, 600)).toBe(1);
    expect(doubt({ bad: 900, total: 9000 }, 100)).toBe(1);
    // Within seconds it takes fewer: four bursts of 5 in twenty of them, and hardly the one failure in ten seconds that 0.1 % of 100 requests are.
    expect(doubt({ bad: 20, total: 2000 }, 20)).toBeCloseTo(1.9, 1);
    expect(doubt({ bad: 20, total: 20_000 }, 200)).toBe(1);
    // The candidate's count too, as far as it has as many requests, and where it is no outage.
    expect(doubt({ bad: 5, total: 5000 }, 100, { bad: 90, total: 5000 })).toBe(3);
    expect(doubt({ bad: 5, total: 9000 }, 100, { bad: 50, total: 1000 })).toBe(1);
    expect(doubt({ bad: 5, total: 1000 }, 100, { bad: 900, total: 1000 })).toBe(1);
  });

  it('may be longer where few long looks leave it open', () => {
    const minutes = (counts: readonly number[]): Dispersion => counts.reduce((state, bad) => withSpan(state, { stable: { bad, total: 5400 }, candidate: { bad: 0, total: 600 } }, 60), unknownDispersion());
    const seen = { stable: { bad: 1620, total: 54_000 }, candidate: { bad: 180, total: 6000 } };
    const [steady, uneven] = [minutes([160, 164, 158, 166, 161, 163, 159, 165]), minutes([174, 150, 173, 149, 175, 151, 176, 150])];
    expect([dispersionOf(steady), dispersionOf(uneven)]).toEqual([1, 1]);
    expect(doubtfulDispersion(steady, seen, 600)).toBe(1);
    expect(doubtfulDispersion(uneven, seen, 600)).toBe(3);
  });

  it('are found within seconds where looks are short', () => {
    const seconds = Array.from({ length: 30 }, (_, second) => ({ stable: { bad: second % 6 === 0 ? 5 : 0, total: 90 }, candidate: { bad: 0, total: 10 } }));
    const state = seconds.reduce((before, block) => withSpan(before, block, 1), unknownDispersion());
    expect(dispersionOf(state)).toBeGreaterThan(4);
  });

  it('are measured anew after an upgrade that measures other spans', () => {
    const block = { stable: { bad: 1, total: 90 }, candidate: { bad: 0, total: 10 } };
    expect(withSpan(unknownDispersion().slice(1), block, 1)).toEqual(withSpan(unknownDispersion(), block, 1));
  });
});

describe('a candidate', () => {
  it('of which all fails is stopped at the first point of a minute, and a burst in one is not enough', () => {
    const minute = (failed: number) => tick({ stable: arm(5400, 5), candidate: arm(600, failed), elapsedSeconds: 60, holdSeconds: 3600 });
    expect(hold([minute(600)]).verdict.kind).toBe('abort');
    expect(hold([minute(20)]).verdict.kind).toBe('continue');
    expect(hold([minute(250)]).verdict.kind).toBe('continue');
  });

  it('that gets worse after an incident on both is still found', () => {
    const at = (second: number): [number, number] => (second < 300 ? [9, 1] : second < 900 ? [450, 50] : second < 1500 ? [9, 1] : [9, 10]);
    const ticks = Array.from({ length: 300 }, (_, index) => tick({ stable: arm(9000, at(10 * index)[0]), candidate: arm(1000, at(10 * index)[1]), elapsedSeconds: 10 * (index + 1), holdSeconds: 1e9 }));
    const { verdict, verdicts } = hold(ticks);
    expect(verdict.kind).toBe('abort');
    expect(verdicts.length).toBeGreaterThan(150);
    expect(verdicts.length).toBeLessThan(250);
  });

  it('with one client that fails five times, two seconds apart, is not stopped for it', () => {
    const seconds = Array.from({ length: 120 }, (_, second) => tick({ stable: arm(90, second % 50 === 7 ? 1 : 0), candidate: arm(10, second >= 20 && second < 30 && second % 2 === 0 ? 1 : 0), elapsedSeconds: second + 1, holdSeconds: 1e9 }));
    expect(hold(seconds).verdict.kind).toBe('continue');
  });
});
