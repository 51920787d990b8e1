import { describe, expect, it } from '@jest/globals';
import { createMemo } from '../../../../src/adapters/source-rules/memo.ts';

describe('createMemo', () => {
  it('asks once for one key, at the same time and later', async () => {
    let asked = 0;
    const memo = createMemo<number>();
    const ask = async () => (asked += 1);
    expect(await Promise.all([memo(['a', 'b'], ask), memo(['a', 'b'], ask)])).toEqual([1, 1]);
    expect(await memo(['a', 'b'], ask)).toBe(1);
    expect(await memo(['ab'], ask)).toBe(2);
  });

  it('does not keep a failure, and forgets the oldest', async () => {
    const memo = createMemo<string>(2);
    await expect(memo(['x'], async () => { throw new Error('not now'); })).rejects.toThrow('not now');
    expect(await memo(['x'], async () => 'first')).toBe('first');
    await memo(['y'], async () => 'y');
    await memo(['z'], async () => 'z');
    expect(await memo(['x'], async () => 'again')).toBe('again');
  });
});
