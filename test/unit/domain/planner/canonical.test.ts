import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalJson } from '../../../../src/domain/canonical.ts';
import { InvalidInput } from '../../../../src/domain/errors.ts';
import { Digest } from '../../../../src/domain/ids.ts';
import { releaseIdOf } from '../../../../src/domain/release-id.ts';
import { manifest, release } from './builders.ts';

describe('canonicalJson', () => {
  it('sorts keys, leaves out undefined, keeps lists', () => {
    expect(canonicalJson({ b: [2, 1, { d: null, c: undefined }], a: 'ü"', A: -0, 10: true, 9: false })).toBe('{"10":true,"9":false,"A":0,"a":"ü\\"","b":[2,1,{"d":null}]}');
  });

  it('reads back as the value, and is the same whatever the order of fields', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).reverse().map(([key, field]) => [key, shuffled(field)])) : value;
    };
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(shuffled(value))).toBe(text);
    }), { numRuns: 500 });
  });

  it.each([['NaN', { a: [NaN] }], ['an infinity', Infinity], ['undefined in a list', [undefined]], ['a function', { a: () => 1 }], ['a bigint', 1n], ['a date', { at: new Date(0) }], ['a map', new Map([[1, 2]])]])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(InvalidInput);
  });

  it('refuses a circle, and not the same thing twice', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = [circle];
    const shared = { a: 1 };
    expect(() => canonicalJson(circle)).toThrow(/\$\.self\[0\].*circle/);
    expect(canonicalJson([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });
});

describe('releaseIdOf', () => {
  const id = (parts: Parameters<typeof release>[0] = {}) => releaseIdOf(release(parts));

  it('is of the service and the content', () => {
    expect(id()).toMatch(/^catalog@[0-9a-f]{12}$/);
    expect(id({ version: '9', createdAt: 5 })).toBe(id());
    expect(id({ manifest: manifest({ branch: 'next', paths: ['x'], build: { command: ['make'] }, onNewerPush: 'queue' }) })).toBe(id());
  });

  it.each([
    ['artifact', { digest: Digest.parse(`sha256:${'c'.repeat(64)}`) }],
    ['configuration', { manifest: manifest({ configuration: { A: '1' } }) }],
    ['topology', { manifest: manifest({ instances: 3 }) }],
    ['flags', { flags: { search: true } }],
    ['schema compatibility', { manifest: manifest({ schema: { writes: 2, reads: [1, 2] } }) }],
    ['service', { manifest: manifest({ service: 'basket' }) }],
  ])('is another for another %s', (_, parts) => expect(id(parts)).not.toBe(id()));
});
