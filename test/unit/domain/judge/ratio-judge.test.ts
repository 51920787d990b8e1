import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { JudgeState, Verdict } from '../../../../src/domain/judge/judge.ts';
import { ratioJudge } from '../../../../src/domain/judge/ratio-judge.ts';
import { arm, hold, rule, tick } from './builders.ts';

const END = { elapsedSeconds: 60 };

describe('one tick', () => {
  it.each<[string, Parameters<typeof tick>[0], Verdict['kind']]>([
    ['one failure of twenty is chance', { stable: arm(180), candidate: arm(20, 1) }, 'continue'],
    ['four failures are too few to abort, even of four', { stable: arm(36), candidate: arm(4, 4) }, 'continue'],
    ['five failures of a hundred against none', { stable: arm(900), candidate: arm(100, 5) }, 'abort'],
    ['all fails, long before the minimum sample', { stable: arm(90), candidate: arm(10, 10) }, 'abort'],
    ['as bad as the stable one', { stable: arm(900, 45), candidate: arm(100, 5) }, 'continue'],
    ['twice as bad, which is allowed', { stable: arm(900, 45), candidate: arm(100, 10) }, 'continue'],
    ['four times as bad', { stable: arm(9000, 450), candidate: arm(1000, 200) }, 'abort'],
    ['under the rate that is always allowed', { stable: arm(90_000), candidate: arm(10_000, 90) }, 'continue'],
    ['a stable revision with too few requests to say that 5 % is worse', { stable: arm(10), candidate: arm(100, 5) }, 'continue'],
    ['five of three hundred, which a good one often has', { stable: arm(2700), candidate: arm(300, 5) }, 'continue'],
    ['the same at the end', { stable: arm(2700), candidate: arm(300, 5), ...END }, 'promote'],
    ['good so far', { stable: arm(900), candidate: arm(100) }, 'continue'],
    ['good at the end', { stable: arm(900), candidate: arm(100), ...END }, 'promote'],
    ['one failure of sixty at the end', { stable: arm(540), candidate: arm(60, 1), ...END }, 'promote'],
    ['49 good requests are no evidence', { stable: arm(441), candidate: arm(49), ...END }, 'inconclusive'],
    ['50 are', { stable: arm(450), candidate: arm(50), ...END }, 'promote'],
    ['nothing is no pass', { ...END }, 'inconclusive'],
    ['suspicious, and too few to be sure', { stable: arm(540), candidate: arm(60, 4), ...END }, 'inconclusive'],
    ['bad, and the stable one has too few requests to compare: no pass', { stable: arm(10), candidate: arm(100, 5), ...END }, 'inconclusive'],
    ['bad at the end', { stable: arm(900), candidate: arm(100, 6), ...END }, 'abort'],
    ['a person asks, with enough evidence', { stable: arm(900), candidate: arm(100), promoteRequested: true }, 'promote'],
    ['a person asks, without', { stable: arm(90), candidate: arm(10), promoteRequested: true }, 'continue'],
    ['a person asks, of a bad one', { stable: arm(900), candidate: arm(100, 20), promoteRequested: true }, 'abort'],
    ['a rule that allows nothing', { stable: arm(9000), candidate: arm(1000, 5), rule: rule({ maximumFailureRate: 0 }) }, 'abort'],
    ['a rule that allows everything', { stable: arm(900), candidate: arm(100, 100), rule: rule({ maximumFailureRate: 1 }), ...END }, 'promote'],
    ['ten times as slow', { stable: arm(900, 0, 15), candidate: arm(100, 0, 150) }, 'abort'],
    ['slower by less than the floor', { stable: arm(900, 0, 1), candidate: arm(100, 0, 9), ...END }, 'promote'],
    ['slow, with too few samples to compare', { stable: arm(90, 0, 15), candidate: arm(20, 0, 900) }, 'continue'],
    ['faster', { stable: arm(900, 0, 400), candidate: arm(100, 0, 3), ...END }, 'promote'],
  ])('%s', (_, parts, kind) => {
    const { verdict } = hold([tick(parts)]);
    expect({ kind: verdict.kind, reason: verdict.reason }).toMatchObject({ kind });
    expect(Verdict.parse(verdict)).toEqual(verdict);
  });

  it('is in doubt about a p90 that looks higher but rests on few requests', () => {
    const slow = { ...arm(60), latencyBuckets: [0, 0, 53, 0, 0, 0, 0, 7, 0, 0, 0] };
    const { verdict } = hold([tick({ stable: arm(540), candidate: slow, ...END })]);
    expect(verdict).toMatchObject({ kind: 'inconclusive', reason: expect.stringContaining('p90') });
  });
});

describe('the ticks of a hold', () => {
  it('add up to the evidence', () => {
    const { verdict } = hold([1, 2, 3, 4, 5, 6].map((turn) => tick({ stable: arm(90, 1), candidate: arm(10), elapsedSeconds: turn * 10 })));
    expect(verdict).toMatchObject({ kind: 'promote', evidence: { judge: 'ratio/1', candidate: { requests: 60, failures: 0, failureRate: 0 }, stable: { requests: 540, failures: 6, failuresByClass: { status5xx: 6 } }, stableFrom: 'this hold', ticks: { used: 6, withoutData: 0, reset: 0 } } });
  });

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

  it('go on when the hold is extended', () => {
    const { verdicts } = hold([tick({ stable: arm(270), candidate: arm(30), ...END }), tick({ stable: arm(270), candidate: arm(30), elapsedSeconds: 70, holdSeconds: 120 }), tick({ elapsedSeconds: 120, holdSeconds: 120 })]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(['inconclusive', 'continue', 'promote']);
  });

  it('leave a state that is small, plain, and of its schema, however many they are', () => {
    const { state } = hold(Array.from({ length: 500 }, () => tick({ stable: arm(9e6, 3), candidate: arm(1e6) })));
    expect(JudgeState.parse(state)).toEqual(state);
    expect(JSON.stringify(state).length).toBeLessThan(2000);
  });
});

describe('a hold in which the stable revision has no traffic', () => {
  const alone = { comparing: false, baseline: null };
  it('is judged by the rate that is allowed', () => {
    expect(hold([tick({ stable: null, candidate: arm(100, 6) })], alone).verdict).toMatchObject({ kind: 'abort', evidence: { stable: null, stableFrom: null } });
    expect(hold([tick({ stable: null, candidate: arm(100), ...END })], alone).verdict).toMatchObject({ kind: 'promote', reason: expect.stringContaining('no worse than allowed') });
    expect(hold([tick({ stable: null, candidate: null, ...END })], alone).verdict.kind).toBe('inconclusive');
  });
  it('is compared with an earlier one, where there was one', () => {
    const { verdict } = hold([tick({ stable: null, candidate: arm(100, 6), ...END })], { comparing: false, baseline: arm(900, 54) });
    expect(verdict).toMatchObject({ kind: 'promote', evidence: { stable: { requests: 900 }, stableFrom: 'an earlier hold' } });
  });
  it('takes an earlier one without a request for none', () => {
    expect(hold([tick({ candidate: arm(100) })], { comparing: false, baseline: arm(0) }).verdict.evidence.stable).toBeNull();
  });
});

describe('every verdict', () => {
  const anyTick = fc.record({ requests: fc.integer({ min: 0, max: 400 }), share: fc.double({ min: 0, max: 1, noNaN: true }), stable: fc.integer({ min: 0, max: 4000 }), stableShare: fc.double({ min: 0, max: 1, noNaN: true }), read: fc.boolean(), both: fc.boolean(), reset: fc.boolean() })
    .map((one) => tick({ candidate: one.read ? arm(one.requests, Math.floor(one.share * one.requests)) : null, stable: one.both ? arm(one.stable, Math.floor(one.stableShare * one.stable)) : null, epochChanged: one.reset }));
  const anyHold = fc.array(anyTick, { minLength: 1, maxLength: 12 }).map((ticks) => ticks.map((one, index) => ({ ...one, elapsedSeconds: ((index + 1) / ticks.length) * 60 })));

  it('keeps the rules, whatever the ticks', () => {
    fc.assert(fc.property(anyHold, (ticks) => {
      const { verdicts, verdict } = hold(ticks);
      for (const { kind, evidence, reason } of verdicts) {
        if (kind === 'promote') expect(evidence.candidate.requests).toBeGreaterThanOrEqual(50);
        if (kind === 'abort') expect(evidence.candidate.failures).toBeGreaterThanOrEqual(5);
        if (kind === 'abort') expect(evidence.candidate.failureRate!).toBeGreaterThan(evidence.thresholds.failureRateLimit);
        expect(evidence.ticks.used + evidence.ticks.withoutData + evidence.ticks.reset).toBeLessThanOrEqual(ticks.length);
        expect(reason.length).toBeGreaterThan(10);
      }
      expect(verdicts.slice(0, -1).every(({ kind }) => kind === 'continue' || kind === 'abort')).toBe(true);
      expect(verdict.kind).not.toBe('continue');
    }), { numRuns: 500 });
  });

  it('never turns better when more of the same requests had failed', () => {
    const order = ['promote', 'continue', 'inconclusive', 'abort'];
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 20 }), (requests, stable, more) => {
      const at = (failed: number) => order.indexOf(hold([tick({ stable: arm(stable), candidate: arm(requests, Math.min(requests, failed)), ...END })]).verdict.kind);
      expect(at(more + 1)).toBeGreaterThanOrEqual(at(more));
    }), { numRuns: 500 });
  });

  it('is the same for the same state and tick, which it does not change', () => {
    const state = Object.freeze(ratioJudge.start({ comparing: true, baseline: null }));
    const input = Object.freeze(tick({ stable: arm(900), candidate: arm(100, 5) }));
    expect(ratioJudge.tick(state, input)).toEqual(ratioJudge.tick(state, input));
    expect(state.ticks.used).toBe(0);
  });
});
