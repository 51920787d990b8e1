import { describe, expect, it } from '@jest/globals';
import { limitConcurrency } from '../../../src/main/reserved-concurrency.ts';

describe('limitConcurrency', () => {
  it('runs so many at a time, in order, and hands a place on after a failure too', async () => {
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const call = limitConcurrency(2, (number: number) => new Promise<number>((resolve, reject) => {
      begun.push(number);
      ends.push(() => (number === 1 ? reject(new Error('no')) : resolve(number)));
    }));
    const calls = [0, 1, 2, 3].map((number) => call(number).catch(() => -1));
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    ends[1]?.();
    await calls[1];
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.();
    ends[2]?.();
    await Promise.all([calls[0], calls[2]]);
    await Promise.resolve();
    ends[3]?.();
    expect(await Promise.all(calls)).toEqual([0, -1, 2, 3]);
  });
});
