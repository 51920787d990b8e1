/** An incident of the stable revision alone is no measure of clusters, and what comes after it is judged as if it had not been. */
import { describe, expect, it } from '@jest/globals';
import { binomial, randomFrom } from '../../../../../src/domain/judge/random.ts';
import { type Dispersion, dispersionOf, unknownDispersion } from '../../../../../src/domain/judge/sequential/dispersion.ts';
import { type Incident, measured, noIncident } from '../../../../../src/domain/judge/sequential/incident.ts';
import { arm, hold, tick } from '../builders.ts';

const STABLE = 90;
const CANDIDATE = 10;

/** Half an hour of looks, with so much failing on the stable arm in each second. */
function measure(rate: (second: number) => number, lookSeconds = 1, burst: (second: number) => number = () => 0): { incident: Incident; dispersion: Dispersion } {
  const random = randomFrom(7);
  let state = { incident: noIncident(), dispersion: unknownDispersion() };
  let seen = { total: 0, bad: 0 };
  for (let from = 0; from < 1800; from += lookSeconds) {
    const stable = { total: STABLE * lookSeconds, bad: 0 };
    let candidate = 0;
    for (let second = from; second < from + lookSeconds; second += 1) {
      stable.bad += Math.min(STABLE, binomial(random, STABLE, rate(second)) + burst(second));
      candidate += binomial(random, CANDIDATE, 0.002);
    }
    state = measured(state, { block: { stable, candidate: { total: CANDIDATE * lookSeconds, bad: candidate } }, seen, second: from + lookSeconds, seconds: lookSeconds });
    seen = { total: seen.total + stable.total, bad: seen.bad + stable.bad };
  }
  return state;
}
const from = (begins: readonly number[], seconds: number, rate: number) => (second: number): number => (begins.some((begun) => second >= begun && second < begun + seconds) ? rate : 0.002);

describe('an incident of the stable revision', () => {
  it.each([[1, 30, 1], [1, 600, 0.6], [1, 90, 0.2], [10, 30, 1], [10, 33, 1], [10, 90, 0.2], [60, 300, 0.5]])('in looks of %d s, %d s long, with %d failing, is left out', (look, seconds, rate) => {
    const { incident, dispersion } = measure(from([604], seconds, rate), look);
    expect(incident).toEqual({ leftOut: 1, open: null });
    // Noise of a few long spans, where one span with the incident in it gives hundreds.
    expect(dispersionOf(dispersion)).toBeLessThan(4);
  });

  it('that goes on is measured neither in it nor over its edge', () => {
    const { incident, dispersion } = measure(from([600], 1200, 1));
    expect(incident.open).toMatchObject({ before: null });
    expect(dispersionOf(dispersion)).toBeLessThan(4);
  });

  it('is one once or twice; three are how it fails', () => {
    expect(dispersionOf(measure(from([300, 900], 30, 1)).dispersion)).toBeLessThan(4);
    expect(dispersionOf(measure(from([300, 700, 1100], 30, 1)).dispersion)).toBeGreaterThan(100);
  });

  it('is no burst of a client: that is measured', () => {
    const bursts = measure(() => 0, 1, (second) => (second % 100 === 50 ? 20 : 0));
    expect(bursts.incident.leftOut).toBe(0);
    expect(dispersionOf(bursts.dispersion)).toBeGreaterThan(10);
  });

  it('is none in the first two minutes, when nobody knows what is usual', () => {
    expect(measure(from([40], 60, 1)).incident.leftOut).toBe(0);
  });

  it('needs to be far over what is usual', () => {
    expect(measure((second) => (second < 900 ? 0.1 : 0.2)).incident.leftOut).toBe(0);
  });
});

describe('after an outage of the stable revision', () => {
  const looks = (candidateFails: (second: number) => number) => Array.from({ length: 360 }, (_, index) => {
    const second = 10 * index;
    return tick({ stable: arm(900, second >= 600 && second < 630 ? 900 : 1), candidate: arm(100, candidateFails(second)), elapsedSeconds: second + 10, holdSeconds: 3600 });
  });

  it.each([[5, 50], [2, 90]])('%d failures of the candidate in 100 requests stop it within %d looks', (failing, atMost) => {
    const { verdict, verdicts } = hold(looks((second) => (second < 1200 ? 0 : failing)));
    expect(verdict.kind).toBe('abort');
    expect(verdicts.length).toBeGreaterThan(120);
    expect(verdicts.length).toBeLessThan(120 + atMost);
  });

  it('one that fails as seldom as before is not stopped', () => {
    expect(hold(looks((second) => (second % 1000 === 0 ? 1 : 0))).verdict.kind).not.toBe('abort');
  });
});
