import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BEYOND, comparer } from '../../../../src/domain/parallel/compare.ts';
import { FieldPattern } from '../../../../src/domain/parallel/field-path.ts';
import { json, rule } from './answers.ts';

const differ = (one: unknown, other: unknown, parts: Record<string, unknown> = {}) => Object.fromEntries(comparer(rule(parts))(json(one), json(other)));

describe('comparing two answers', () => {
  it('finds nothing in the same JSON, however its members are ordered', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const turned = (part: unknown): unknown => (Array.isArray(part) ? part.map(turned) : typeof part === 'object' && part !== null ? Object.fromEntries(Object.entries(part).reverse().map(([name, member]) => [name, turned(member)])) : part);
      expect(differ(value, turned(value))).toEqual({});
    }));
  });

  it('names each field by its path, elements of a list as one', () => {
    expect(differ({ id: 1, items: [{ price: 1 }, { price: 2 }], 'odd name': true }, { id: 1, items: [{ price: 1 }, { price: 3 }], 'odd name': false })).toEqual({ '$.items[*].price': ['2', '3'], '$["odd name"]': ['true', 'false'] });
  });

  it('tells absent from null, a list from an object, and counts elements', () => {
    expect(differ({ a: null, b: [] }, { b: {} })).toEqual({ '$.a': ['null', undefined], '$.b': ['a list', 'an object'] });
    expect(differ([1, 2, 3], [1, 2])).toEqual({ '$.length': ['3', '2'] });
    expect(differ({}, { constructor: 1 })).toEqual({ '$.constructor': [undefined, '1'] });
  });

  it.each([
    ['$.at', { at: 1, n: 1 }, { at: 2, n: 1 }],
    ['$.items[*].id', { items: [{ id: 1 }] }, { items: [{ id: 2 }] }],
    ['$.meta', { meta: { a: { b: 1 } } }, { meta: { a: { b: 2 } } }],
    ['$.*.etag', { x: { etag: 1 } }, { x: { etag: 2 } }],
    ['$.**.requestId', { a: [{ b: { requestId: 1 } }], requestId: 3 }, { a: [{ b: { requestId: 2 } }], requestId: 4 }],
    ['$["a.b"]', { 'a.b': 1 }, { 'a.b': 2 }],
    ['$.items.length', { items: [1] }, { items: [1, 2] }],
  ])('ignores %s', (pattern, one, other) => {
    expect(differ(one, other)).not.toEqual({});
    expect(differ(one, other, { ignore: [pattern] })).toEqual({});
  });

  it('refuses what is no pattern', () => {
    for (const text of ['items', '$.', '$..a', '$[0]', '$.a b', '$["a]', '']) expect(FieldPattern.safeParse(text).success).toBe(false);
  });

  it('lets numbers differ within their tolerance, and no further', () => {
    const tolerances = [{ field: '$.price', absolute: 0.01 }, { field: '$.score', relative: 0.1 }];
    expect(differ({ price: 1, score: 100 }, { price: 1.009, score: 109 }, { tolerances })).toEqual({});
    expect(Object.keys(differ({ price: 1, score: 100 }, { price: 1.02, score: 112 }, { tolerances }))).toEqual(['$.price', '$.score']);
    expect(Object.keys(differ({ price: 1 }, { price: '1' }, { tolerances }))).toEqual(['$.price']);
  });

  it('compares status, the headers asked for, and other bodies as a whole', () => {
    const compare = comparer(rule({ headers: ['content-type'] }));
    const bytes = (digest: string) => ({ kind: 'bytes' as const, digest, length: 3 });
    expect([...compare(json(1), json(1, { status: 404, headers: { 'content-type': 'application/json', date: 'now' } })).keys()]).toEqual(['status']);
    expect([...compare(json(1), json(1, { headers: { 'content-type': 'text/html' } })).keys()]).toEqual(['header content-type']);
    expect([...compare(json(0, { body: bytes('a') }), json(0, { body: bytes('b') })).keys()]).toEqual(['body']);
    expect([...compare(json(0, { body: bytes('a') }), json(0, { body: bytes('a') })).keys()]).toEqual([]);
    expect([...compare(json(0), { kind: 'none', reason: 'refused' }).entries()]).toEqual([['answer', ['an answer of 200', 'no answer: refused']]]);
  });

  it('ends in bounded time and memory on deep and wide answers', () => {
    let deep: unknown = 1;
    let other: unknown = 2;
    for (let depth = 0; depth < 5000; depth++) [deep, other] = [[deep], [other]];
    expect(Object.keys(differ(deep, other))).toEqual([BEYOND]);
    const wide = (value: number) => Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, value]));
    const found = Object.keys(differ(wide(1), wide(2)));
    expect(found.length).toBeLessThanOrEqual(101);
    expect(found).toContain(BEYOND);
  });
});
