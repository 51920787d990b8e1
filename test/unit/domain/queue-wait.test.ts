import { describe, expect, it } from '@jest/globals';
import { QUEUE_TURNS_MAX, queueWaitMs } from '../../../src/domain/queue-wait.ts';

const WEEK_MS = 7 * 86_400_000;
const total = (firstSeconds: number): number => Array.from({ length: QUEUE_TURNS_MAX }, (_, turn) => queueWaitMs(firstSeconds, turn)).reduce((sum, ms) => sum + ms, 0);

describe('the wait for an environment', () => {
  it.each([1, 30])('begins with %i s, never gets shorter and covers a week', (firstSeconds) => {
    expect(queueWaitMs(firstSeconds, 0)).toBe(firstSeconds * 1000);
    for (let turn = 1; turn < QUEUE_TURNS_MAX; turn += 1) expect(queueWaitMs(firstSeconds, turn)).toBeGreaterThanOrEqual(queueWaitMs(firstSeconds, turn - 1));
    expect(queueWaitMs(firstSeconds, QUEUE_TURNS_MAX)).toBe(600_000);
    expect(total(firstSeconds)).toBeGreaterThan(WEEK_MS);
  });

  it('keeps to what was asked for where that is longer', () => {
    expect(queueWaitMs(3600, 0)).toBe(3_600_000);
    expect(queueWaitMs(3600, 500)).toBe(3_600_000);
  });
});
