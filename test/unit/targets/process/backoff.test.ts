import { describe, expect, it } from '@jest/globals';
import { Generation } from '../../../../src/domain/ids.ts';
import { afterFailure, CLEAN_SLOT, delayAfterFailures, waitOf, type Slot } from '../../../../src/targets/process/backoff.ts';

const generation = Generation.parse(3);
const fail = (slot: Slot, now: number, wasHealthy = true) => afterFailure(slot, { now, wasHealthy, generation });
const failAll = (times: number[], wasHealthy = true) => times.reduce((slot, now) => fail(slot, now, wasHealthy), CLEAN_SLOT);

describe('backoff', () => {
  it('waits not at all, then twice as long each time, up to a minute', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map(delayAfterFailures)).toEqual([0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('counts the wait from the latest failure', () => {
    expect(waitOf(CLEAN_SLOT, 5)).toBe(0);
    expect(waitOf(failAll([1000, 2000]), 2300)).toBe(700);
    expect(waitOf(failAll([1000, 2000]), 3001)).toBe(0);
  });

  it('is not lengthened by a clock that was set back', () => {
    expect(waitOf(failAll([1_000_000, 1_000_500]), 0)).toBe(1000);
  });
});

describe('quarantine', () => {
  it('begins with the fifth failure within a minute', () => {
    expect(failAll([0, 10_000, 20_000, 30_000]).quarantined).toBeNull();
    expect(failAll([0, 10_000, 20_000, 30_000, 60_000]).quarantined).toEqual({ generation, why: 'it failed 5 times within 60 s' });
    expect(failAll([0, 10_000, 20_000, 30_000, 60_001]).quarantined).toBeNull();
  });

  it('begins with the fifth start in a row that never got healthy, however slow', () => {
    const hours = [0, 1, 2, 3, 4].map((hour) => hour * 3_600_000);
    expect(failAll(hours, false).quarantined?.why).toContain('without ever being healthy');
    expect(failAll(hours, true).quarantined).toBeNull();
    expect(fail(failAll(hours.slice(0, 4), false), 5 * 3_600_000, true).quarantined).toBeNull();
  });

  it('begins at once when another try would be in vain', () => {
    expect(afterFailure(CLEAN_SLOT, { now: 0, wasHealthy: false, isInVain: true, generation }).quarantined).toEqual({ generation, why: 'that would be in vain before something is changed' });
    expect(afterFailure(CLEAN_SLOT, { now: 0, wasHealthy: false, isInVain: false, generation }).quarantined).toBeNull();
  });

  it('keeps no more failures than it needs', () => {
    expect(failAll(Array.from({ length: 40 }, (_, index) => index * 100_000)).failures).toHaveLength(5);
  });
});
