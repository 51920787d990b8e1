import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compilePattern, FieldPattern } from '../../../../src/domain/parallel/field-path.ts';

describe('a pattern over fields', () => {
  it.each([
    ['$', '$.total', true],
    ['$.items[*].id', '$.items[*].id', true],
    ['$.items[*]', '$.items[*].price.currency', true],
    ['$.items[*].id', '$.items[*]', false],
    ['$.*.id', '$.item.id', true],
    ['$.*.id', '$[*].id', false],
    ['$.**.at', '$.at', true],
    ['$.**.at', '$.items[*].order.at', true],
    ['$.**.at', '$.items[*].order.on', false],
    ['$.items.**', '$.items', true],
    ['$["odd name"]', '$["odd name"].x', true],
    ['$["**"]', '$.any', false],
  ])('%s and %s: %s', (pattern, path, fits) => {
    expect(compilePattern(pattern)(path)).toBe(fits);
  });

  it('without ** fits what begins with it, step by step', () => {
    const steps = fc.array(fc.constantFrom('.a', '.b', '[*]'), { maxLength: 6 });
    fc.assert(fc.property(steps, steps, (pattern, path) => {
      expect(compilePattern(`$${pattern.join('')}`)(`$${path.join('')}`)).toBe(pattern.every((step, index) => step === path[index]));
    }));
  });

  // A matcher that tries each ** at each place would be at this for longer than the universe is old.
  it('of nothing but ** comes to its end, on the longest path', () => {
    const pattern = FieldPattern.parse(`$${'.**'.repeat(90)}.never`);
    expect(compilePattern(pattern)(`$${'.a'.repeat(200)}`)).toBe(false);
  });
});
