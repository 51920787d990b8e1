import { describe, expect, it } from '@jest/globals';
import { Replay } from '../../../../src/domain/manifest.ts';
import { judgeReplay, type ReplayOutcome } from '../../../../src/domain/replay/verdict.ts';

const expected = (parts: Record<string, unknown> = {}) => Replay.parse({ from: 'recording', expect: parts }).expect;
const outcome = (status: number | null, milliseconds = 10): ReplayOutcome => ({ method: 'GET', target: '/a', status, problem: status === null ? 'ECONNRESET' : null, milliseconds });
const many = (count: number, one: ReplayOutcome): ReplayOutcome[] => Array.from({ length: count }, () => one);

describe('the verdict on a replay', () => {
  it('passes what is expected, 4xx too: recorded requests may ask for what is gone', () => {
    const { passed, lines } = judgeReplay([...many(98, outcome(200)), outcome(304), outcome(404)], expected({ p99Within: '20ms' }));
    expect(passed).toBe(true);
    expect(lines[0]).toBe('100 requests, 0 failed; p50 10 ms, p90 10 ms, p99 10 ms; 200: 98, 304: 1, 404: 1');
  });

  it('fails on statuses, missing answers, and names them', () => {
    const { passed, lines } = judgeReplay([...many(8, outcome(200)), outcome(500), outcome(null)], expected());
    expect(passed).toBe(false);
    expect(lines).toContain('Not as expected: 2 of 10 requests failed (20 %), and at most 0 % may.');
    expect(lines).toContain('  GET /a: ECONNRESET');
    expect(judgeReplay([...many(8, outcome(200)), outcome(500), outcome(null)], expected({ failures: 0.2 })).passed).toBe(true);
    expect(judgeReplay(many(3, outcome(404)), expected({ status: ['200'] })).passed).toBe(false);
  });

  it('fails on a slow 99th percentile, not on one slow request in two hundred', () => {
    expect(judgeReplay([...many(199, outcome(200)), outcome(200, 900)], expected({ p99Within: '50ms' })).passed).toBe(true);
    expect(judgeReplay([...many(95, outcome(200)), ...many(5, outcome(200, 900))], expected({ p99Within: '50ms' })).passed).toBe(false);
    expect(judgeReplay(many(5, outcome(null)), expected({ failures: 1, p99Within: '50ms' })).passed).toBe(false);
  });

  it('does not pass without a request', () => expect(judgeReplay([], expected()).passed).toBe(false));
});
