import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { JudgeState, NO_END_SECONDS, type TickInput, Verdict } from '../../../../../src/domain/judge/judge.ts';
import { sequentialJudge } from '../../../../../src/domain/judge/sequential/sequential-judge.ts';
import { arm, BOUNDS, COMPARING, hold, rule, tick, ticks } from '../builders.ts';

const END = { elapsedSeconds: 60 };

describe('a hold', () => {
  it.each<[string, Parameters<typeof ticks>[0], Verdict['kind']]>([
    ['good', { stable: arm(90), candidate: arm(10) }, 'promote'],
    ['as bad as the stable one', { stable: arm(900, 45), candidate: arm(100, 5) }, 'promote'],
    ['twice as bad', { stable: arm(900, 45), candidate: arm(100, 10) }, 'abort'],
    ['twice as bad, which the rule allows', { stable: arm(900, 45), candidate: arm(100, 10), rule: rule({ maximumFailureRatio: 2 }) }, 'promote'],
    ['four times as bad, where twice is allowed', { stable: arm(900, 45), candidate: arm(100, 20), rule: rule({ maximumFailureRatio: 2 }) }, 'abort'],
    ['some failures against none', { stable: arm(90), candidate: arm(10, 1) }, 'abort'],
    ['all fails', { stable: arm(90), candidate: arm(10, 10) }, 'abort'],
    ['under the rate that the rule forgives', { stable: arm(900), candidate: arm(100, 1), rule: rule({ maximumFailureRate: 0.02 }) }, 'promote'],
    ['nothing is no pass', {}, 'inconclusive'],
    ['no request on the candidate is no pass', { stable: arm(900) }, 'inconclusive'],
    ['too few requests on the candidate', { stable: arm(36), candidate: arm(4) }, 'inconclusive'],
    ['just enough', { stable: arm(45), candidate: arm(5) }, 'promote'],
    ['ten times as slow', { stable: arm(90, 0, 15), candidate: arm(10, 0, 150) }, 'abort'],
    ['slower than the stable one, which the rule allows', { stable: arm(90, 0, 15), candidate: arm(10, 0, 150), rule: rule({ maximumLatencyRatio: 20 }) }, 'promote'],
    ['slower by less than the floor', { stable: arm(90, 0, 1), candidate: arm(10, 0, 5) }, 'promote'],
    ['faster', { stable: arm(90, 0, 400), candidate: arm(10, 0, 3) }, 'promote'],
  ])('%s', (_, parts, kind) => {
    const { verdict } = hold(ticks(parts));
    expect({ kind: verdict.kind, reason: verdict.reason }).toMatchObject({ kind });
    expect(Verdict.parse(verdict)).toEqual(verdict);
  });

  it('is aborted as soon as the evidence is there, and says of what', () => {
    const { verdict, verdicts } = hold(ticks({ stable: arm(90), candidate: arm(10, 5) }));
    expect(verdicts.length).toBeLessThan(6);
    expect(verdict.reason).toMatch(/^failures: \d+ of \d+ \(50 %\) on the candidate, 0 of \d+ \(0 %\) on the stable revision\. The evidence that it is worse is more than a million to 1, and 100 to 1 is enough$/);
    expect(verdict.evidence.decidedAt.abort).toBe(5 * verdicts.length);
    expect(verdict.evidence.pValue).toBeLessThanOrEqual(0.01);
  });

  it('says what is missing at its end, and goes on when it is extended', () => {
    const few = { stable: arm(27), candidate: arm(3) };
    expect(hold(ticks(few)).verdict.reason).toBe('the candidate had 36 of the 50 requests that make evidence');
    const { verdicts } = hold([...ticks(few), ...[65, 70, 75, 80, 85, 90].map((elapsedSeconds) => tick({ ...few, elapsedSeconds, holdSeconds: 90 }))]);
    expect(verdicts.map(({ kind }) => kind).filter((kind) => kind !== 'continue')).toEqual(['inconclusive', 'promote']);
  });

  it('says how long it takes on, but where something else ends it', () => {
    const early = tick({ stable: arm(90), candidate: arm(10) });
    expect(hold([early]).verdict.reason).toMatch(/^the candidate failed 0 of 10 requests; \d+ s left$/);
    expect(hold([{ ...early, holdSeconds: NO_END_SECONDS }]).verdict.reason).toBe('the candidate failed 0 of 10 requests');
  });

  it('with a failure or two among few requests is inconclusive, and says so with the numbers', () => {
    const { verdict } = hold([tick({ stable: arm(540), candidate: arm(60, 1), ...END })]);
    expect(verdict).toMatchObject({ kind: 'inconclusive', reason: 'there is too little evidence either way: failures: 1 of 60 (1.67 %) on the candidate, 0 of 540 (0 %) on the stable revision' });
  });

  it('is promoted early only where the rule says so, or a person asks and the evidence would do', () => {
    const good = { stable: arm(900), candidate: arm(100) };
    expect(hold([tick(good)]).verdict.kind).toBe('continue');
    expect(hold([tick({ ...good, rule: rule({ promoteEarly: true }) })]).verdict.kind).toBe('promote');
    expect(hold([tick({ ...good, promoteRequested: true })]).verdict).toMatchObject({ kind: 'promote', reason: expect.stringContaining('a person asked') });
    expect(hold([tick({ stable: arm(90), candidate: arm(10), promoteRequested: true })]).verdict).toMatchObject({ kind: 'continue', reason: expect.stringContaining('10 of the 50 requests') });
  });
});

describe('the ticks of a hold', () => {
  it('count only where both arms were read, so that both are over the same time', () => {
    const { verdict } = hold([tick({ stable: null, candidate: arm(1000, 900) }), tick({ stable: arm(1000, 900), candidate: null }), tick({ stable: arm(450), candidate: arm(50), ...END })]);
    expect(verdict).toMatchObject({ kind: 'promote', evidence: { candidate: { requests: 50 }, stable: { requests: 450 }, ticks: { used: 1, withoutData: 2 } } });
  });

  it('of which none could be read are no pass, and say so', () => {
    const { verdict } = hold([tick({ candidate: null }), tick({ stable: null, candidate: null, ...END })]);
    expect(verdict).toMatchObject({ kind: 'inconclusive', reason: 'the candidate had 0 of the 50 requests that make evidence (2 of 2 ticks could not be used)' });
  });

  it('leave out one in which the counters began again', () => {
    const { verdict } = hold([tick({ stable: arm(450), candidate: arm(50) }), tick({ stable: arm(5), candidate: arm(50, 50), epochChanged: true, ...END })]);
    expect(verdict).toMatchObject({ kind: 'promote', evidence: { candidate: { requests: 50, failures: 0 }, ticks: { used: 1, reset: 1 } } });
  });

  it.each<[string, Partial<TickInput>, Verdict['kind'], string | null]>([
    ['the candidate has had no request any more', { stable: arm(90), candidate: arm(0) }, 'inconclusive', 'what was seen is too long ago: the candidate has had no request for 500 s, and the stable revision 4500'],
    ['hardly one, where it had a tenth', { stable: arm(990), candidate: arm(1) }, 'promote', null],
    ['nobody has asked anything', { stable: arm(0), candidate: arm(0) }, 'promote', null],
    ['two of the stable revision were none of the candidate\'s', { stable: arm(2), candidate: arm(0) }, 'promote', null],
    ['the stable revision has had none', { stable: arm(0), candidate: arm(100, 5) }, 'inconclusive', 'what was seen is too long ago: the stable revision has had no request for 500 s, and the candidate 5000: there is nothing to compare with'],
    ['the candidate could not be read', { stable: arm(90), candidate: null }, 'inconclusive', 'what was seen is too long ago: for 500 s nothing could be counted'],
    ['its counters began again at each look', { stable: arm(90), candidate: arm(10), epochChanged: true }, 'inconclusive', 'what was seen is too long ago: for 500 s nothing could be counted'],
  ])('were good, and since then %s', (_name, later, kind, reason) => {
    const seen = Array.from({ length: 60 }, (_, index) => tick({ elapsedSeconds: 10 * (index + 1), holdSeconds: 600, ...(index < 10 ? { stable: arm(90), candidate: arm(10) } : { ...later, ...(reason === null && index > 40 ? { stable: arm(0), candidate: arm(0) } : {}) }) }));
    const { verdict } = hold(seen);
    expect([verdict.kind, verdict.evidence.silence === null]).toEqual([kind, reason === null]);
    if (reason !== null) expect(verdict.reason).toBe(reason);
  });

  it('are good again when an arm that was silent is asked again', () => {
    const seen = Array.from({ length: 60 }, (_, index) => tick({ elapsedSeconds: 10 * (index + 1), holdSeconds: 600, stable: arm(90), candidate: arm(index > 9 && index < 50 ? 0 : 10) }));
    expect(hold(seen).verdicts.map(({ evidence }) => evidence.silence === null)).toEqual(seen.map((_tick, index) => index < 12 || index >= 50));
    expect(hold(seen).verdict.kind).toBe('promote');
  });

  it('with one arm alone wait for the other, and lose nothing', () => {
    const alternating = Array.from({ length: 40 }, (_, index) => tick({ elapsedSeconds: 5 * (index + 1), holdSeconds: 1000, ...(index % 2 === 0 ? { candidate: arm(10, 5) } : { stable: arm(90) }) }));
    expect(hold(alternating).verdict.kind).toBe('abort');
  });

  it('leave a state that is small, plain, and of its schema, after days of them', () => {
    const { state, verdict } = hold(Array.from({ length: 3000 }, (_, index) => tick({ stable: arm(9e6, 30_000), candidate: arm(1e6, 3000), elapsedSeconds: 60 * index, holdSeconds: 1e9 })));
    expect(JudgeState.parse(state)).toEqual(state);
    expect(JSON.stringify(state).length).toBeLessThan(15_000);
    expect(verdict.kind).toBe('continue');
    expect(verdict.evidence.points.length).toBeLessThanOrEqual(60);
    expect(verdict.evidence.series).toHaveLength(verdict.evidence.points.length);
    expect([verdict.evidence.logE, ...verdict.evidence.metrics.map(({ logE }) => logE)].every(Number.isFinite)).toBe(true);
  });

  it('leave a series for a plot: what both arms had done by each point, the newest always among them', () => {
    const { verdict } = hold(Array.from({ length: 500 }, (_, index) => tick({ stable: arm(90, 1), candidate: arm(10), elapsedSeconds: 10 * (index + 1), holdSeconds: 1e9 })));
    const { points, series } = verdict.evidence;
    expect(points.length).toBeGreaterThan(20);
    expect(series).toEqual(points.map(([second]) => [second, 0, 9 * second, second / 10]));
    expect(points.at(-1)?.[0]).toBe(5000);
    const gaps = points.slice(1).map(([second], index) => second - points[index]![0]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * 5000 / 30);
  });

  it('go on from a state that has no series yet', () => {
    const { state: { series: _none, ...earlier } } = hold(Array.from({ length: 5 }, (_, index) => tick({ stable: arm(90), candidate: arm(10), elapsedSeconds: 10 * (index + 1), holdSeconds: 1e9 })));
    const { verdict } = sequentialJudge.tick(JudgeState.parse(earlier), tick({ stable: arm(90), candidate: arm(10, 1), elapsedSeconds: 60, holdSeconds: 1e9 }));
    expect(verdict.evidence).toMatchObject({ points: [[60, expect.any(Number)]], series: [[60, 1, 540, 0]] });
  });

  it('are judged after a good day as if the fault had come at once', () => {
    const day = Array.from({ length: 2000 }, (_, index) => tick({ stable: arm(900, 9), candidate: arm(100, 1), elapsedSeconds: 10 * index, holdSeconds: 1e9 }));
    const bad = Array.from({ length: 20 }, (_, index) => tick({ stable: arm(900, 9), candidate: arm(100, 10), elapsedSeconds: 20_000 + 10 * index, holdSeconds: 1e9 }));
    const { verdict, verdicts } = hold([...day, ...bad]);
    expect(verdict.kind).toBe('abort');
    expect(verdicts.length - day.length).toBeLessThan(10);
  });
});

describe('one burst', () => {
  it('of twenty failures in one second is no evidence of more than one', () => {
    const quiet = Array.from({ length: 30 }, (_, index) => tick({ stable: arm(90), candidate: arm(10, index === 20 ? 10 : 0), elapsedSeconds: index + 1 }));
    expect(hold(quiet).verdict.kind).toBe('continue');
  });
  it('after another is, unless the stable revision has such bursts too', () => {
    const at = (bursty: boolean) => hold(Array.from({ length: 400 }, (_, index) => tick({ stable: arm(90, bursty && index % 37 === 5 ? 20 : 0), candidate: arm(10, index % 100 === 40 ? 10 : 0), elapsedSeconds: index + 1, holdSeconds: 1000 }))).verdict;
    expect(at(false).kind).toBe('abort');
    expect(at(true).kind).toBe('continue');
    expect(at(true).evidence.metrics[0]!.dispersion).toBeGreaterThan(15);
  });
});

describe('what is slow', () => {
  const slowAt = (candidateMs: number, start = COMPARING) => hold(ticks({ stable: arm(90, 0, 15), candidate: arm(10, 0, candidateMs) }), start).verdict;
  it('is frozen from what the stable revision did before, where that is known', () => {
    const { evidence } = slowAt(15, { ...COMPARING, history: arm(1000, 0, 150) });
    expect(evidence.metrics.find(({ name }) => name === 'latency.p50')).toMatchObject({ over: { stable: 200, candidate: 500 } });
  });
  it('is frozen from its first ticks otherwise', () => {
    expect(slowAt(15).evidence.metrics.find(({ name }) => name === 'latency.p50')).toMatchObject({ over: { stable: 20, candidate: 50 } });
  });
  it('does not count during the warm-up, and failures do', () => {
    const cold = (seconds: number, failed: number) => hold(Array.from({ length: 12 }, (_, index) => tick({ stable: arm(90, 0, 15), candidate: arm(10, failed, index * 5 < 30 ? 900 : 15), elapsedSeconds: 5 * (index + 1), holdSeconds: 1000, rule: rule({ warmUp: seconds }) })), { ...COMPARING, history: arm(900, 0, 15) }).verdict;
    expect(cold(30, 0).kind).toBe('continue');
    expect(cold(0, 0).kind).toBe('abort');
    expect(cold(30, 5).kind).toBe('abort');
  });
});

describe('metrics', () => {
  const orders = (bad: number) => ({ stable: { ...arm(90), events: { orders: { total: 900, bad: 9 } } }, candidate: { ...arm(10), events: { orders: { total: 100, bad } } } });
  /** Ten minutes: metrics of little weight need more than one. */
  const long = (parts: Parameters<typeof tick>[0]) => hold(Array.from({ length: 120 }, (_, index) => tick({ ...parts, elapsedSeconds: 5 * (index + 1), holdSeconds: 600 })));
  it('of the service itself are judged, unless they are muted', () => {
    expect(long(orders(20)).verdict).toMatchObject({ kind: 'abort', reason: expect.stringMatching(/^orders: /) });
    expect(long({ ...orders(20), rule: rule({ metrics: { orders: { muted: true } } }) }).verdict.kind).toBe('promote');
    expect(long({ ...orders(3), rule: rule({ metrics: { orders: { ratio: 4 } } }) }).verdict.kind).toBe('promote');
  });
  it('that are critical decide sooner, and have to be shown to be good', () => {
    const sooner = (rules: object) => long({ ...orders(6), rule: rule({ metrics: rules }) }).verdicts.length;
    expect(sooner({ orders: { critical: true } })).toBeLessThan(sooner({}));
    const few = { stable: { ...arm(90), events: { orders: { total: 9, bad: 1 } } }, candidate: { ...arm(10), events: { orders: { total: 1, bad: 0 } } } };
    expect(hold(ticks({ ...few, rule: rule({ metrics: { orders: { critical: true } } }) })).verdict).toMatchObject({ kind: 'inconclusive', reason: expect.stringContaining('orders: 0 of 12') });
  });
  it('hide nothing: a class of failures that is new is found among many others', () => {
    const withTimeouts = (timeouts: number) => hold(Array.from({ length: 200 }, (_, index) => tick({ stable: { ...arm(900), failures: { status5xx: 9 } }, candidate: { ...arm(100), failures: { status5xx: 1, timeout: index % 4 === 0 ? timeouts : 0 } }, elapsedSeconds: index * 2, holdSeconds: 1000 }))).verdict;
    expect(withTimeouts(1)).toMatchObject({ kind: 'abort', reason: expect.stringMatching(/^failures\.timeout: /) });
    expect(withTimeouts(0).kind).toBe('continue');
  });
  it('share alpha: their weights never sum to more than 1', () => {
    const classes = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`class${index}`, 0]));
    const { state } = hold(ticks({ stable: { ...arm(90), failures: classes, events: { a: { total: 9, bad: 0 } } }, candidate: { ...arm(10), failures: classes }, rule: rule({ metrics: { 'failures.class3': { critical: true }, 'latency.p50': { weight: 30 }, b: {} } }) }));
    expect(Object.values(state.metrics).reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1);
  });
});

describe('holds of one deployment', () => {
  it('go on with the evidence, and not with what was good', () => {
    const first = hold(ticks({ stable: arm(90), candidate: arm(10, 1), holdSeconds: 100 }, 3));
    const next = { ...COMPARING, previous: first.state };
    expect(first.verdict.kind).toBe('continue');
    expect(hold([tick({ stable: arm(90), candidate: arm(10) })], next).verdict.evidence.logE).toBeGreaterThan(1);
    const good = hold(ticks({ stable: arm(90), candidate: arm(10) }));
    expect(hold([tick({ stable: arm(36), candidate: arm(4), ...END })], { ...COMPARING, previous: good.state }).verdict.kind).toBe('inconclusive');
  });
  it('begin anew after a judge of another kind', () => {
    const { state } = hold(ticks({ stable: arm(90), candidate: arm(10, 1) }, 3));
    expect(sequentialJudge.start({ ...COMPARING, previous: { ...state, judge: 'other/1' } }).metrics).toEqual({});
  });
});

describe('a hold in which the stable revision has no traffic', () => {
  const alone = { comparing: false, baseline: null };
  const at100 = (parts: Parameters<typeof ticks>[0], start: Parameters<typeof hold>[1]) => hold(ticks({ stable: null, ...parts }), start).verdict;
  it('is judged by a fixed rate when there was never anything to compare with', () => {
    expect(at100({ candidate: arm(100, 6) }, alone)).toMatchObject({ kind: 'abort', evidence: { stable: null, stableFrom: null } });
    expect(at100({ candidate: arm(100) }, alone)).toMatchObject({ kind: 'promote', reason: expect.stringContaining('nothing to compare with') });
    expect(at100({ candidate: null }, alone).kind).toBe('inconclusive');
  });
  it('is held against an earlier hold, with the doubt about its rates', () => {
    const earlier = { comparing: false, baseline: arm(900, 54) };
    expect(at100({ candidate: arm(100, 6) }, earlier)).toMatchObject({ kind: 'promote', evidence: { stable: { requests: 900 }, stableFrom: 'an earlier hold' } });
    expect(at100({ candidate: arm(100, 25) }, earlier).kind).toBe('abort');
  });
  it('is held against all that was counted before, when no hold compared', () => {
    expect(at100({ candidate: arm(100, 25) }, { ...alone, history: arm(9000, 90) })).toMatchObject({ kind: 'abort', evidence: { stableFrom: 'before this hold' } });
    expect(at100({ candidate: arm(100) }, { comparing: false, baseline: arm(0) }).evidence.stable).toBeNull();
  });
  it('is not held against a handful of requests, which no outage is worse than', () => {
    expect(at100({ candidate: arm(30, 30) }, { comparing: false, baseline: arm(3), history: arm(3) })).toMatchObject({ kind: 'abort', evidence: { stable: null } });
    expect(at100({ candidate: arm(30, 30) }, { comparing: false, baseline: arm(10) })).toMatchObject({ kind: 'abort', evidence: { stableFrom: 'an earlier hold' } });
  });
  it('is judged by its latency too', () => {
    const earlier = { comparing: false, baseline: arm(900, 0, 15), history: arm(900, 0, 15) };
    expect(at100({ candidate: arm(100, 0, 900) }, earlier)).toMatchObject({ kind: 'abort', reason: expect.stringMatching(/^latency\.p50: /) });
    expect(at100({ candidate: arm(100, 0, 15) }, earlier).kind).toBe('promote');
  });
});

describe('every verdict', () => {
  const anyTick = fc.record({ requests: fc.integer({ min: 0, max: 400 }), share: fc.double({ min: 0, max: 1, noNaN: true }), stable: fc.integer({ min: 0, max: 4000 }), stableShare: fc.double({ min: 0, max: 1, noNaN: true }), read: fc.boolean(), both: fc.boolean(), reset: fc.boolean(), latency: fc.constantFrom(...BOUNDS, 5000) })
    .map((one) => tick({ candidate: one.read ? arm(one.requests, Math.floor(one.share * one.requests), one.latency) : null, stable: one.both ? arm(one.stable, Math.floor(one.stableShare * one.stable)) : null, epochChanged: one.reset }));
  const anyHold = fc.array(anyTick, { minLength: 1, maxLength: 12 }).map((all) => all.map((one, index) => ({ ...one, elapsedSeconds: ((index + 1) / all.length) * 60 })));

  it('keeps the rules, whatever the ticks', () => {
    fc.assert(fc.property(anyHold, fc.boolean(), (all, comparing) => {
      const { verdicts, verdict, state } = hold(all, { comparing, baseline: null });
      for (const said of verdicts) {
        if (said.kind === 'promote') expect(said.evidence.candidate.requests).toBeGreaterThanOrEqual(50);
        if (said.kind === 'abort') expect(said.evidence.pValue).toBeLessThanOrEqual(0.01 + 1e-12);
        expect(Number.isFinite(said.evidence.logE)).toBe(true);
        expect(said.reason.length).toBeGreaterThan(10);
      }
      expect(verdicts.slice(0, -1).every(({ kind }) => kind === 'continue')).toBe(true);
      expect(verdict.kind).not.toBe('continue');
      expect(JudgeState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    }), { numRuns: 300 });
  });

  it('is the same for the same state and tick, which it does not change', () => {
    const state = Object.freeze(sequentialJudge.start(COMPARING));
    const input = Object.freeze(tick({ stable: arm(900), candidate: arm(100, 5) }));
    expect(sequentialJudge.tick(state, input)).toEqual(sequentialJudge.tick(state, input));
    expect(state.ticks.used).toBe(0);
  });
});

describe('a candidate of which every request fails', () => {
  it.each([[50, 0.15], [50, 1], [10, 0.15], [10, 1], [5, 1]])('is stopped within %i %% of 100 requests a second, looked at every %d s: by the time that 500 of its requests failed', (percent, every) => {
    const ticks = Array.from({ length: Math.ceil(500 / (percent * every)) }, (_, index) => tick({ stable: arm((100 - percent) * every), candidate: arm(percent * every, percent * every), elapsedSeconds: every * (index + 1), holdSeconds: 1e9 }));
    expect(hold(ticks).verdict.kind).toBe('abort');
  });
});
