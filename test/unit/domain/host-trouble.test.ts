import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { afterFault, RETRY_FIRST_MS, RETRY_LONGEST_MS, TOLD_AFTER_MS, type HostTrouble } from '../../../src/domain/host-trouble.ts';

const NOW = 1_700_000_000_000;
const fault = (retryAfterSeconds: number | null = null) => ({ host: 'github.com', reason: 'It failed.', retryAfterSeconds });

describe('a host that fails again and again', () => {
  it('is tried again after growing waits that have an end, and people are told once', () => {
    fc.assert(fc.property(fc.array(fc.record({ late: fc.integer({ min: 0, max: 60_000 }), asked: fc.option(fc.integer({ min: 0, max: 3600 })) }), { minLength: 1, maxLength: 60 }), (turns) => {
      let [now, told]: [number, number] = [NOW, 0];
      let trouble: HostTrouble | undefined;
      for (const { late, asked } of turns) {
        const after = afterFault(trouble, fault(asked), now);
        const wait = after.trouble.retryAt - now;
        expect(wait).toBeGreaterThanOrEqual(RETRY_FIRST_MS);
        expect(wait).toBeLessThanOrEqual(Math.max(RETRY_LONGEST_MS, (asked ?? 0) * 1000));
        if (asked !== null) expect(wait).toBe(Math.max(RETRY_FIRST_MS, asked * 1000));
        if (after.tell) {
          told += 1;
          expect(now - NOW).toBeGreaterThanOrEqual(TOLD_AFTER_MS);
        }
        trouble = after.trouble;
        now = trouble.retryAt + late;
      }
      expect(told).toBeLessThanOrEqual(1);
      expect(trouble).toMatchObject({ since: NOW, attempts: turns.length });
    }));
  });

  it('begins anew when nothing was tried for an hour', () => {
    const first = afterFault(undefined, fault(), NOW).trouble;
    const later = NOW + RETRY_FIRST_MS + 3_600_001;
    expect(afterFault(first, fault(), later)).toMatchObject({ tell: false, trouble: { since: later, attempts: 1, retryAt: later + RETRY_FIRST_MS } });
  });
});
