/** What every item store must do; run on each adapter. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Conflict } from '../../src/domain/errors.ts';
import type { Condition, Item, ItemStore, Page, Write } from '../../src/ports/item-store.ts';
import { ITEM_BYTES_MAX } from '../../src/ports/item-store.ts';

export interface StoreUnderTest {
  readonly store: ItemStore;
  readonly close: () => Promise<void>;
}

const ABSENT: Condition = { absent: true };
const at = (generation: number): Condition => ({ generation });
const key = (sort: string, partition = 'p') => ({ partition, sort });
const put = (sort: string, value: unknown, condition: Condition = ABSENT): Write => ({ kind: 'put', key: key(sort), value, condition });
const remove = (sort: string, condition: Condition): Write => ({ kind: 'delete', key: key(sort), condition });
const check = (sort: string, condition: Condition): Write => ({ kind: 'check', key: key(sort), condition });

async function refusalOf(work: Promise<unknown>): Promise<Error & { evidence?: unknown }> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('was not refused');
}

/** Every page of a query. Fails when a store gives pages without end. */
async function readAll(store: ItemStore, prefix: string, page: Page): Promise<{ items: Item[]; pages: number }> {
  const items: Item[] = [];
  let after: string | undefined;
  for (let pages = 1; pages <= 500; pages += 1) {
    const result = await store.query('p', prefix, after === undefined ? page : { ...page, after });
    items.push(...result.items);
    if (result.next === undefined) return { items, pages };
    expect(result.items.length).toBeGreaterThan(0);
    after = result.next;
  }
  throw new Error('more pages than there can be');
}

const sortsOf = (items: readonly Item[]): string[] => items.map(({ sort }) => sort);

function singleItems(current: () => ItemStore): void {
  it('answers undefined for an absent item', async () => {
    expect(await current().get(key('nothing'))).toBeUndefined();
  });

  it('keeps a value and counts its writes from 1', async () => {
    const store = current();
    await store.transact([put('a', { n: 1 })]);
    expect(await store.get(key('a'))).toEqual({ ...key('a'), generation: 1, value: { n: 1 } });
    await store.transact([put('a', { n: 2 }, at(1))]);
    expect(await store.get(key('a'))).toEqual({ ...key('a'), generation: 2, value: { n: 2 } });
  });

  it('begins at generation 1 again after a delete', async () => {
    const store = current();
    await store.transact([put('a', 1)]);
    await store.transact([put('a', 2, at(1))]);
    await store.transact([remove('a', at(2))]);
    expect(await store.get(key('a'))).toBeUndefined();
    await store.transact([put('a', 3)]);
    expect((await store.get(key('a')))?.generation).toBe(1);
  });

  it('keeps expiresAtSeconds, and drops it with a put that has none', async () => {
    const store = current();
    await store.transact([{ ...put('a', 1), kind: 'put', key: key('a'), value: 1, condition: ABSENT, expiresAtSeconds: 4_102_444_800 }]);
    expect((await store.get(key('a')))?.expiresAtSeconds).toBe(4_102_444_800);
    expect((await store.query('p', '', { limit: 1 })).items[0]?.expiresAtSeconds).toBe(4_102_444_800);
    await store.transact([put('a', 1, at(1))]);
    expect(await store.get(key('a'))).not.toHaveProperty('expiresAtSeconds');
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses expiresAtSeconds %p', async (expiresAtSeconds) => {
    const error = await refusalOf(current().transact([{ kind: 'put', key: key('a'), value: 1, condition: ABSENT, expiresAtSeconds }]));
    expect(error.name).toBe('InvalidInput');
  });

  it.each([
    ['null', null], ['true', true], ['zero', 0], ['a large number', 1.797e308], ['an empty text', ''], ['an empty array', []], ['an empty object', {}],
    ['half a surrogate pair', { text: '\ud800' }], ['a NUL', 'a\u0000b'], ['astral text', '𝒳 👩‍🚀'], ['a key named __proto__', JSON.parse('{"__proto__":{"a":1}}')], ['nesting', [[{ a: [null, { b: 'c' }] }]]],
  ])('gives back %s as it was', async (_name, value: unknown) => {
    await current().transact([put('a', value)]);
    expect(JSON.stringify((await current().get(key('a')))?.value)).toBe(JSON.stringify(value));
  });

  it('stores the value as it was when transact was called', async () => {
    const value = { n: 1 };
    const done = current().transact([put('a', value)]);
    value.n = 2;
    await done;
    expect((await current().get(key('a')))?.value).toEqual({ n: 1 });
  });

  it('keeps partitions apart', async () => {
    const store = current();
    await store.transact([put('a', 1), { kind: 'put', key: key('a', 'q'), value: 2, condition: ABSENT }]);
    expect((await store.get(key('a')))?.value).toBe(1);
    expect((await store.get(key('a', 'q')))?.value).toBe(2);
    expect(sortsOf((await store.query('q', '', { limit: 10 })).items)).toEqual(['a']);
  });
}

function conditions(current: () => ItemStore): void {
  const cases: readonly [string, Write, number | null][] = [
    ['put of a present item as absent', put('here', 9), 2],
    ['put at an older generation', put('here', 9, at(1)), 2],
    ['put at a newer generation', put('here', 9, at(3)), 2],
    ['put of an absent item at a generation', put('gone', 9, at(1)), null],
    ['delete at another generation', remove('here', at(1)), 2],
    ['delete of an absent item at a generation', remove('gone', at(1)), null],
    ['delete of a present item as absent', remove('here', ABSENT), 2],
    ['check of a present item as absent', check('here', ABSENT), 2],
    ['check at another generation', check('here', at(1)), 2],
    ['check of an absent item at a generation', check('gone', at(1)), null],
  ];

  it.each(cases)('refuses a %s, with evidence, and writes nothing at all', async (_name, write, found) => {
    const store = current();
    await store.transact([put('here', 1)]);
    await store.transact([put('here', 2, at(1))]);
    const error = await refusalOf(store.transact([put('beside', 1), write, put('after', 1)]));
    expect(error).toBeInstanceOf(Conflict);
    expect(error.evidence).toEqual({ failed: [{ key: write.key, condition: write.condition, found }] });
    expect(sortsOf((await store.query('p', '', { limit: 10 })).items)).toEqual(['here']);
    expect(await store.get(key('here'))).toMatchObject({ generation: 2, value: 2 });
  });

  it('names every condition that failed, in the order of the writes', async () => {
    const store = current();
    await store.transact([put('a', 1), put('b', 1)]);
    const error = await refusalOf(store.transact([put('b', 2, at(7)), check('a', at(1)), put('a2', 1), remove('c', at(4))]));
    expect(error.evidence).toEqual({ failed: [{ key: key('b'), condition: at(7), found: 1 }, { key: key('c'), condition: at(4), found: null }] });
  });

  it('lets holding checks and deletes through, and a check changes nothing', async () => {
    const store = current();
    await store.transact([put('a', 1), put('b', 1)]);
    await store.transact([check('a', at(1)), remove('b', at(1)), check('c', ABSENT), remove('d', ABSENT)]);
    expect((await store.query('p', '', { limit: 10 })).items).toEqual([{ ...key('a'), generation: 1, value: 1 }]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a condition on generation %p', async (generation) => {
    expect((await refusalOf(current().transact([put('a', 1, at(generation))]))).name).toBe('InvalidInput');
  });

  it('takes no writes at all as done', async () => {
    await current().transact([]);
    expect((await current().query('p', '', { limit: 1 })).items).toEqual([]);
  });
}

function limits(current: () => ItemStore): void {
  const textFor = (bytes: number) => 'x'.repeat(bytes);
  const nothingWritten = async () => expect((await current().query('p', '', { limit: 10 })).items).toEqual([]);

  it('takes 100 writes and refuses 101', async () => {
    const writes = Array.from({ length: 101 }, (_, i) => put(`i${i}`, i));
    expect((await refusalOf(current().transact(writes))).name).toBe('LimitExceeded');
    await nothingWritten();
    await current().transact(writes.slice(1));
    expect((await current().query('p', '', { limit: 1000 })).items).toHaveLength(100);
  });

  it('takes an item just under 400 KB and refuses one over it, counted in bytes', async () => {
    // 400,000 bytes and not the last byte: the emulator's limit is 405,000, where the service's is 409,600.
    await current().transact([put('big', textFor(400_000))]);
    expect((await current().get<string>(key('big')))?.value).toHaveLength(400_000);
    expect((await refusalOf(current().transact([put('a', textFor(ITEM_BYTES_MAX))]))).name).toBe('LimitExceeded');
    expect((await refusalOf(current().transact([put('a', 'ü'.repeat(ITEM_BYTES_MAX / 2))]))).name).toBe('LimitExceeded');
    expect(await current().get(key('a'))).toBeUndefined();
  });

  it('refuses more than 4 MB in one transaction', async () => {
    const writes = Array.from({ length: 11 }, (_, i) => put(`i${i}`, textFor(ITEM_BYTES_MAX - 200)));
    expect((await refusalOf(current().transact(writes))).name).toBe('LimitExceeded');
    await nothingWritten();
  });

  it('refuses an item named twice, whatever is done to it', async () => {
    for (const second of [put('a', 2), remove('a', ABSENT), check('a', ABSENT)]) {
      expect((await refusalOf(current().transact([put('a', 1), second]))).name).toBe('InvalidInput');
    }
    await nothingWritten();
  });

  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const holed: unknown[] = [];
  holed.length = 2;
  const deep = Array.from({ length: 5000 }).reduce<unknown>((inner) => [inner], 1);
  it.each<[string, unknown]>([
    ['undefined', undefined], ['undefined inside', { a: undefined }], ['a hole in an array', holed], ['NaN', Number.NaN], ['Infinity', [Number.POSITIVE_INFINITY]], ['a BigInt', 1n],
    ['a function', { f: () => 1 }], ['a symbol', Symbol('s')], ['a symbol for a key', { [Symbol('s')]: 1 }], ['a cycle', cyclic], ['a Date', { at: new Date(0) }], ['a Map', new Map()],
    ['a Buffer', Buffer.from('a')], ['an instance', new (class Thing { a = 1; })()], ['very deep nesting', deep],
  ])('refuses %s, which is not JSON', async (_name, value) => {
    expect((await refusalOf(current().transact([put('a', value)]))).name).toBe('InvalidInput');
    await nothingWritten();
  });

  it.each<[string, { partition: string; sort: string }]>([
    ['an empty partition', key('a', '')], ['an empty sort key', key('')], ['half a surrogate pair', key('\udc00')], ['a partition over 2048 bytes', key('a', 'ü'.repeat(1025))], ['a sort key over 1024 bytes', key('ü'.repeat(513))],
  ])('refuses %s', async (_name, bad) => {
    expect((await refusalOf(current().transact([{ kind: 'put', key: bad, value: 1, condition: ABSENT }]))).name).toBe('InvalidInput');
    expect((await refusalOf(current().get(bad))).name).toBe('InvalidInput');
  });
}

function queries(current: () => ItemStore): void {
  const fill = async (sorts: readonly string[]) => {
    for (let i = 0; i < sorts.length; i += 100) await current().transact(sorts.slice(i, i + 100).map((sort) => put(sort, sort)));
  };
  const byBytes = (sorts: readonly string[]) => [...sorts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

  it('orders by the bytes of UTF-8, astral characters last', async () => {
    // In UTF-16, as JavaScript compares, the astral ones would stand before U+FF5E.
    const sorts = ['z', '～', '𝒳', '😀', 'é', 'Z', '10', '9', '\u0001', 'a\u0000b', 'a', '\ud7ff', '\ue000', '\u{10ffff}'];
    await fill(sorts);
    expect(sortsOf((await current().query('p', '', { limit: 100 })).items)).toEqual(byBytes(sorts));
    expect(sortsOf((await current().query('p', '', { limit: 100, order: 'descending' })).items)).toEqual(byBytes(sorts).reverse());
  });

  it.each(['%', '_', '*', '?', '[', '\\', "'", '"', 'a%', 'A', '\ud7ff', '\u{10ffff}', '\u{1f600}', 'a\u0000'])('takes the prefix %j literally', async (prefix) => {
    const sorts = [...new Set([prefix, `${prefix}a`, `${prefix}\u{10ffff}`, 'a', 'ab', 'b', 'a%b', 'axb', '\ue000', '\u{1f601}', `x${prefix}`])];
    await fill(sorts);
    const expected = byBytes(sorts.filter((sort) => sort.startsWith(prefix)));
    expect(sortsOf((await current().query('p', prefix, { limit: 100 })).items)).toEqual(expected);
    expect(sortsOf((await readAll(current(), prefix, { limit: 2, order: 'descending' })).items)).toEqual(expected.toReversed());
  });

  it.each(['ascending', 'descending'] as const)('pages through everything once, %s', async (order) => {
    const sorts = Array.from({ length: 137 }, (_, i) => `k#${String(i * 7919).padStart(8, '0')}`);
    await fill([...sorts, 'j', 'l']);
    const { items, pages } = await readAll(current(), 'k#', { limit: 10, order });
    expect(sortsOf(items)).toEqual(order === 'ascending' ? byBytes(sorts) : byBytes(sorts).reverse());
    expect(pages).toBe(14);
  });

  it('gives no next when a full page was the last', async () => {
    await fill(['a', 'b', 'c', 'd']);
    const first = await current().query('p', '', { limit: 2 });
    expect(first.next).toBeDefined();
    expect(await current().query('p', '', { limit: 2, after: first.next ?? '' })).not.toHaveProperty('next');
  });

  it('pages through items that are large together', async () => {
    const value = 'x'.repeat(300_000);
    for (const sort of ['a', 'b', 'c', 'd', 'e', 'f']) await current().transact([put(sort, value)]);
    const result = await current().query('p', '', { limit: 5 });
    expect(sortsOf(result.items)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(result.next).toBeDefined();
  });

  it('goes on after its token when items before it come and go', async () => {
    await fill(['b', 'd', 'f', 'h']);
    const { next } = await current().query('p', '', { limit: 2 });
    await current().transact([put('a', 1), remove('d', at(1)), put('e', 1)]);
    expect(sortsOf((await current().query('p', '', { limit: 10, after: next ?? '' })).items)).toEqual(['e', 'f', 'h']);
  });

  it('begins behind a sort key, whether it is there or not, in either order', async () => {
    await fill(['a1', 'a3', 'a5', 'b1']);
    const behind = async (key: string, prefix = '', order: 'ascending' | 'descending' = 'ascending') => sortsOf((await current().query('p', prefix, { limit: 2, behind: key, order })).items);
    expect(await behind('a1')).toEqual(['a3', 'a5']);
    expect(await behind('a2')).toEqual(['a3', 'a5']);
    expect(await behind('a4', 'a')).toEqual(['a5']);
    expect(await behind('a4', 'a', 'descending')).toEqual(['a3', 'a1']);
    expect(await behind('b1')).toEqual([]);
    const { next = '' } = await current().query('p', '', { limit: 1, behind: 'a2' });
    expect(sortsOf((await current().query('p', '', { limit: 2, after: next })).items)).toEqual(['a5', 'b1']);
    for (const page of [{ limit: 1, behind: 'b1' }, { limit: 1, behind: '' }, { limit: 1, behind: 'a1', after: next }] as const) {
      expect((await refusalOf(current().query('p', 'a', page))).name).toBe('InvalidInput');
    }
  });

  it.each([0, -1, 1.5, 1001, Number.NaN])('refuses a page of %p items', async (limit) => {
    expect((await refusalOf(current().query('p', '', { limit }))).name).toBe('InvalidInput');
  });

  it('refuses a token of another query and one that it never gave', async () => {
    await fill(['a1', 'a2', 'b1']);
    const { next = '' } = await current().query('p', 'a', { limit: 1 });
    for (const [partition, prefix, page] of [
      ['q', 'a', { limit: 1, after: next }], ['p', 'b', { limit: 1, after: next }], ['p', 'a', { limit: 1, after: next, order: 'descending' }], ['p', 'a', { limit: 1, after: 'nonsense' }], ['p', 'a', { limit: 1, after: '' }],
    ] as const) {
      expect((await refusalOf(current().query(partition, prefix, page))).name).toBe('InvalidInput');
    }
  });

  it('says how consistent it is, and shows an acknowledged write when that is strong', async () => {
    await fill(['a']);
    const result = await current().query('p', '', { limit: 1 });
    expect(['strong', 'eventual']).toContain(result.consistency);
    if (result.consistency === 'strong') expect(sortsOf(result.items)).toEqual(['a']);
  });
}

function concurrency(current: () => ItemStore): void {
  it('loses none of 50 increments made at once by compare-and-set', async () => {
    const store = current();
    await store.transact([put('n', 0)]);
    const increment = async (): Promise<void> => {
      for (let attempt = 0; attempt < 500; attempt += 1) {
        const item = await store.get<number>(key('n'));
        try {
          await store.transact([put('n', (item?.value ?? 0) + 1, at(item?.generation ?? 0))]);
          return;
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
        }
      }
      throw new Error('lost 500 times');
    };
    await Promise.all(Array.from({ length: 50 }, increment));
    expect(await store.get(key('n'))).toMatchObject({ value: 50, generation: 51 });
  });

  it('lets exactly one of 20 writers make an item, and each that lost leaves nothing', async () => {
    const store = current();
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => store.transact([put(`mine-${i}`, i), put('one', i)])));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(sortsOf((await store.query('p', '', { limit: 100 })).items)).toEqual([`mine-${winner}`, 'one']);
    expect((await store.get(key('one')))?.value).toBe(winner);
  });
}

interface ModelItem {
  readonly generation: number;
  readonly value: unknown;
}

const SORTS = ['a', 'b', 'ab', '～', '😀'];

const anyCondition: fc.Arbitrary<Condition> = fc.oneof(fc.constant(ABSENT), fc.integer({ min: 1, max: 4 }).map(at));
const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), key: fc.constantFrom(...SORTS).map((sort) => key(sort)), value: fc.jsonValue({ maxDepth: 3 }), condition: anyCondition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'check' as const), key: fc.constantFrom(...SORTS).map((sort) => key(sort)), condition: anyCondition }) },
);
const anyTransact = fc.uniqueArray(anyWrite, { minLength: 1, maxLength: 4, selector: (write) => write.key.sort });

/** The model's answer: the failed keys, or none and the model has changed. */
function applyToModel(model: Map<string, ModelItem>, writes: readonly Write[]): readonly string[] {
  const failed = writes.filter(({ key, condition }) => (model.get(key.sort)?.generation ?? null) !== ('absent' in condition ? null : condition.generation));
  if (failed.length > 0) return failed.map(({ key }) => key.sort);
  for (const write of writes) {
    if (write.kind === 'delete') model.delete(write.key.sort);
    if (write.kind === 'put') model.set(write.key.sort, { generation: (model.get(write.key.sort)?.generation ?? 0) + 1, value: write.value });
  }
  return [];
}

function againstModel(make: () => Promise<StoreUnderTest>, runs: number): void {
  it('does what a map would do, for any series of transactions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTransact, { minLength: 1, maxLength: 25 }), async (series) => {
        const { store, close } = await make();
        try {
          const model = new Map<string, ModelItem>();
          for (const writes of series) {
            const expected = applyToModel(model, writes);
            const outcome = await store.transact(writes).then(() => [], (error: unknown) => {
              if (!(error instanceof Conflict)) throw error;
              return (error.evidence['failed'] as { key: { sort: string } }[]).map(({ key }) => key.sort);
            });
            expect(outcome).toEqual(expected);
          }
          const { items } = await store.query('p', '', { limit: 100 });
          const stored = Object.fromEntries(items.map(({ sort, generation, value }) => [sort, JSON.stringify({ generation, value })]));
          expect(stored).toEqual(Object.fromEntries([...model].map(([sort, { generation, value }]) => [sort, JSON.stringify({ generation, value })])));
        } finally {
          await close();
        }
      }),
      { numRuns: runs },
    );
  }, 120_000);
}

/**
 * The rules of src/ports/item-store.ts.
 * @param make gives an empty store each time
 * @param modelRuns random series that are compared with a map
 */
export function itemStoreContract(name: string, make: () => Promise<StoreUnderTest>, modelRuns = 100): void {
  describe(`item store contract: ${name}`, () => {
    let open: StoreUnderTest;
    beforeEach(async () => {
      open = await make();
    });
    afterEach(async () => {
      await open.close();
    });
    const current = (): ItemStore => open.store;
    describe('single items', () => singleItems(current));
    describe('conditions', () => conditions(current));
    describe('limits', () => limits(current));
    describe('queries', () => queries(current));
    describe('concurrency', () => concurrency(current));
    describe('against a model', () => againstModel(make, modelRuns));
  });
}
