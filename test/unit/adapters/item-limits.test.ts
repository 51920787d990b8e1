import { describe, expect, it } from '@jest/globals';
import { checkWrites } from '../../../src/adapters/item-store-rules/checked-writes.ts';
import { ITEM_BYTES_MAX, TRANSACTION_BYTES_MAX, type Write } from '../../../src/ports/item-store.ts';

/** Attribute names and numbers of an item (100), its two keys (1 + 2 bytes), and the quotes of the text (2). */
const AROUND = 105;
const put = (sort: string, characters: number): Write => ({ kind: 'put', key: { partition: 'p', sort }, value: 'x'.repeat(characters), condition: { absent: true } });

describe('the limits of a transaction', () => {
  it('are kept to the byte for one item', () => {
    expect(checkWrites([put('aa', ITEM_BYTES_MAX - AROUND)])).toHaveLength(1);
    expect(() => checkWrites([put('aa', ITEM_BYTES_MAX - AROUND + 1)])).toThrow(expect.objectContaining({ name: 'LimitExceeded' }));
  });

  it('are kept to the byte for all of them', () => {
    const each = TRANSACTION_BYTES_MAX / 16;
    const writes = (last: number) => Array.from({ length: 16 }, (_, i) => put(String(i + 10), each - AROUND + (i === 15 ? last : 0)));
    expect(checkWrites(writes(0))).toHaveLength(16);
    expect(() => checkWrites(writes(1))).toThrow(expect.objectContaining({ name: 'LimitExceeded' }));
  });

  it('tell a name from another that only looks like it when joined', () => {
    const check = (partition: string, sort: string): Write => ({ kind: 'check', key: { partition, sort }, condition: { absent: true } });
    expect(checkWrites([check('a', 'b c'), check('a b', 'c'), check('a","b', 'c')])).toHaveLength(3);
  });
});

describe('a value that is refused', () => {
  const store = (value: unknown) => () => checkWrites([{ kind: 'put', key: { partition: 'p', sort: 's' }, value, condition: { absent: true } }]);

  it('is told with the path to the part', () => {
    expect(store({ list: [1, { at: new Date(0) }] })).toThrow(/value\.list\[1\]\.at is an instance of Date/);
  });

  it('may be one that multiplies by shared branches, before it is written out', () => {
    let value: unknown = ['x'];
    for (let i = 0; i < 60; i += 1) value = [value, value];
    expect(store(value)).toThrow(expect.objectContaining({ name: 'LimitExceeded' }));
  });

  it('is not one whose branches are only shared', () => {
    const shared = { a: 1 };
    expect(store([shared, shared])).not.toThrow();
  });
});
