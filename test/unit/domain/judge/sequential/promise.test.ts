/** What the judge promises, held by enumeration where that is possible, and by seeded simulation where it is not. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { dispersionOf } from '../../../../../src/domain/judge/sequential/dispersion.ts';
import { type EProcess, logEvidence, noEvidence, withBlock, WORSE_BY } from '../../../../../src/domain/judge/sequential/e-process.ts';
import { logGood, notShownYet, ruledOutBy, withGood } from '../../../../../src/domain/judge/sequential/good-enough.ts';
import { logSum } from '../../../../../src/domain/judge/sequential/logs.ts';
import { logOf, type MetricState, newMetric, withTick } from '../../../../../src/domain/judge/sequential/metric.ts';
import { logRatios } from '../../../../../src/domain/judge/sequential/share.ts';
import { binomial, poisson, type Random, randomFrom } from '../../../../bench/judge/random.ts';

/** P(X = k) for k of 0..n. */
function binomialChances(n: number, p: number): number[] {
  const chances = [(1 - p) ** n];
  for (let k = 0; k < n; k += 1) chances.push((chances[k]! * (n - k) * p) / ((k + 1) * (1 - p)));
  return chances;
}

/** The mean of exp(of) over all outcomes of two arms. */
function mean(nc: number, pc: number, nb: number, pb: number, of: (xc: number, xb: number) => number): number {
  const stable = binomialChances(nb, pb);
  return binomialChances(nc, pc).reduce((sum, chance, xc) => sum + chance * stable.reduce((inner, other, xb) => inner + other * Math.exp(of(xc, xb)), 0), 0);
}

const setting = fc.record({ nc: fc.integer({ min: 1, max: 40 }), nb: fc.integer({ min: 1, max: 40 }), p: fc.double({ min: 0.001, max: 0.6, noNaN: true }), tolerated: fc.constantFrom(1, 1.5, 3), part: fc.double({ min: 0, max: 1, noNaN: true }) });
const block = (nc: number, xc: number, nb: number, xb: number) => ({ candidate: { total: nc, bad: xc }, stable: { total: nb, bad: xb } });

describe('one block', () => {
  it('has a mean likelihood ratio of at most 1, whatever the rates, as long as the candidate keeps to what is tolerated', () => {
    fc.assert(fc.property(setting, fc.constantFrom(...WORSE_BY), ({ nc, nb, p, tolerated, part }, by) => {
      const candidate = Math.min(0.999, tolerated * p * part);
      expect(mean(nc, candidate, nb, p, (xc, xb) => logRatios(block(nc, xc, nb, xb), tolerated, [tolerated * by], xc)[0]!)).toBeLessThanOrEqual(1 + 1e-9);
    }), { numRuns: 500, seed: 1 });
  });

  it('has one of more than 1 when the candidate is that much worse', () => {
    expect(mean(30, 0.3, 30, 0.1, (xc, xb) => logRatios(block(30, xc, 30, xb), 1, [3], xc)[0]!)).toBeGreaterThan(1.5);
  });

  it.each(['ratio', 'rate'] as const)('shows a bad candidate to be good, by %s, with a mean of at most 1', (way) => {
    const bad = { ratio: 3, rate: 0.06 };
    fc.assert(fc.property(setting, ({ nc, nb, p, part }) => {
      const stable = p / 3;
      const candidate = way === 'ratio' ? Math.min(0.999, stable * (3 + part)) : bad.rate + part * 0.9;
      fc.pre(way === 'rate' || candidate >= stable * 3);
      const weights = way === 'ratio' ? [1 / 3, 1 / 3, 1 / 3] : [0.8, 0.1, 0.1];
      const grown = mean(nc, candidate, nb, stable, (xc, xb) => logSum(withGood(notShownYet(), block(nc, xc, nb, xb), bad, 1, true)[way].map((log, index) => log + Math.log(weights[index]!))));
      expect(grown).toBeLessThanOrEqual(1 + 1e-9);
    }), { numRuns: 300, seed: 2 });
  });
});

describe('the minimum sample', () => {
  it.each([1, 3, 50, 10_000])('of %d requests without a failure is just enough', (requests) => {
    const bad = { ratio: 3, rate: ruledOutBy(requests, 0.05) };
    const after = (count: number) => logGood(withGood(notShownYet(), block(count, 0, 9 * count, 0), bad, 1, true));
    expect(after(requests)).toBeGreaterThanOrEqual(Math.log(20));
    if (requests > 1) expect(after(Math.floor(requests * 0.9))).toBeLessThan(Math.log(20));
  });
});

describe('the e-process', () => {
  const none = WORSE_BY.map(() => -Infinity);
  const FIRST = 0.98;
  const unbegun = (blocks: number) => (1 - FIRST) / (1 + Math.log(blocks));
  const priors = WORSE_BY.map((_by, index) => (Math.exp(logEvidence({ blocks: 1, first: none.with(index, 0), later: [] }, 1)) - unbegun(1)) / FIRST);
  /** The definition: what has not begun, and a sum over every start, each with its share, each alternative by itself. */
  const from = (start: number, increments: readonly (readonly number[])[], dispersion: number): number =>
    (start === 0 ? FIRST : unbegun(start) - unbegun(start + 1)) * priors.reduce((sum, prior, index) => sum + prior * Math.exp(increments.slice(start).reduce((total, one) => total + one[index]!, 0) / dispersion), 0);
  const runs = fc.array(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: WORSE_BY.length, maxLength: WORSE_BY.length }), { minLength: 1, maxLength: 8 });

  it('begins at 1, and is never more than the mixture over all starts, nor less than its first part', () => {
    expect(priors.reduce((sum, prior) => sum + prior, 0)).toBeCloseTo(1, 9);
    fc.assert(fc.property(runs, fc.constantFrom(1, 2.5, 20), fc.constantFrom(1, 4), (increments, read, written) => {
      const process = increments.reduce<EProcess>((state, one) => withBlock(state, one, written), noEvidence());
      const found = Math.exp(logEvidence(process, read));
      const rest = unbegun(increments.length);
      expect(found).toBeLessThanOrEqual((rest + increments.reduce((sum, _one, start) => sum + from(start, increments, read), 0)) * (1 + 1e-4));
      expect(found).toBeGreaterThanOrEqual((rest + from(0, increments, read)) * (1 - 1e-4));
    }), { numRuns: 300, seed: 3 });
    expect(logEvidence(noEvidence(), 1)).toBe(0);
    expect(logEvidence(withBlock(noEvidence(), WORSE_BY.map(() => 0), 1), 1)).toBeCloseTo(0, 12);
  });

  it('takes back what a burst said, once it is known that bad events come in bursts', () => {
    const process = withBlock(noEvidence(), WORSE_BY.map((by) => 6 * Math.log(by)), 1);
    expect(logEvidence(process, 1)).toBeGreaterThan(Math.log(100));
    expect(logEvidence(process, 5)).toBeLessThan(Math.log(20));
  });

  it.each([1e5, -1e5])('neither overflows nor vanishes after a day of increments of %d', (increment) => {
    let process = noEvidence();
    for (let tick = 0; tick < 86_400; tick += 1) process = withBlock(process, WORSE_BY.map(() => increment), 1);
    expect([...process.first, ...process.later.flat()].every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(logEvidence(process, 3))).toBe(true);
    expect(logEvidence(JSON.parse(JSON.stringify(process)) as EProcess, 3)).toBe(logEvidence(process, 3));
  });
});

const ALPHA = 0.1;

interface Walk {
  readonly failsTimes: number;
  readonly rate: (second: number) => number;
  readonly share: (second: number, random: Random) => number;
  readonly tickSeconds: (random: Random) => number;
}
const plain: Walk = { failsTimes: 1, rate: () => 0.01, share: () => 0.1, tickSeconds: () => 1 };

/** Whether one run of 250 looks ever reaches the boundary. */
function everAborts(seed: number, walk: Walk): boolean {
  const random = randomFrom(1000 * seed);
  let metric: MetricState = newMetric(1);
  let second = 0;
  for (let look = 0; look < 250; look += 1) {
    const length = walk.tickSeconds(random);
    const share = walk.share(second, random);
    second += length;
    const [nc, nb] = [poisson(random, 100 * length * share), poisson(random, 100 * length * (1 - share))];
    const rate = walk.rate(second);
    metric = withTick(metric, { block: block(nc, binomial(random, nc, Math.min(1, rate * walk.failsTimes)), nb, binomial(random, nb, rate)), second, tolerated: 1, bad: { ratio: 3, rate: 0.06 }, blockRequests: 10, against: null, history: null, flush: false });
    if (logOf(metric, dispersionOf(metric.dispersion)) >= Math.log(1 / ALPHA)) return true;
  }
  return false;
}

const RUNS = 120;
const share = (walk: Walk): number => Array.from({ length: RUNS }, (_, seed) => everAborts(seed + 1, walk)).filter(Boolean).length / RUNS;

describe('ever, with a release that is no worse', () => {
  // Three standard errors of a share of ALPHA over RUNS.
  const most = ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);
  it.each<[string, Partial<Walk>]>([
    ['looked at each second', {}],
    ['looked at after times that chance decides', { tickSeconds: (random) => 0.2 + 5 * random() }],
    ['with weights that change', { share: (second) => [0.05, 0.2, 0.5, 0.9][Math.floor(second / 40) % 4]! }],
    ['with a split that is another one each second', { share: (_second, random) => random() }],
    ['with an incident on both arms', { rate: (second) => (second > 100 && second < 200 ? 0.3 : 0.005) }],
    ['with rare failures', { rate: () => 0.0005 }],
    ['when a third of all requests fail', { rate: () => 0.33 }],
  ])('%s, it is aborted in at most alpha of the runs', (_name, parts) => expect(share({ ...plain, ...parts })).toBeLessThanOrEqual(most));

  it('and one that is five times worse is found', () => expect(share({ ...plain, failsTimes: 5 })).toBeGreaterThan(0.99));
  it('wherever the weights go', () => expect(share({ ...plain, failsTimes: 5, share: (second) => [0.05, 0.2, 0.5][Math.floor(second / 40) % 3]! })).toBeGreaterThan(0.99));
});
