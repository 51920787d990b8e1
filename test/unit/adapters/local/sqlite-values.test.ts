import { describe, expect, it } from '@jest/globals';
import { createValues } from '../../../../src/adapters/local/sqlite-store/values.ts';

describe('values of rows', () => {
  it('are the same object for the same text, and frozen all through', () => {
    const valueOf = createValues();
    const text = JSON.stringify({ revisions: { a: [1, { deep: true }] } });
    const value = valueOf(text) as { revisions: { a: [number, { deep: boolean }] } };
    expect(valueOf(text)).toBe(value);
    expect(() => { value.revisions.a[1].deep = false; }).toThrow(TypeError);
  });

  it('are others for another text', () => {
    const valueOf = createValues();
    expect([valueOf('{"a":1}'), valueOf('{"a":2}'), valueOf('"text"'), valueOf('null')]).toEqual([{ a: 1 }, { a: 2 }, 'text', null]);
  });

  it('are kept up to a number, those that were asked for last', () => {
    const valueOf = createValues(2);
    const [one, two] = [valueOf('[1]'), valueOf('[2]')];
    expect(valueOf('[1]')).toBe(one);
    valueOf('[3]');
    expect(valueOf('[1]')).toBe(one);
    expect(valueOf('[2]')).not.toBe(two);
  });

  it('are not kept when they are long', () => {
    const text = JSON.stringify([' '.repeat(70_000)]);
    const valueOf = createValues();
    expect(valueOf(text)).not.toBe(valueOf(text));
  });
});
