import * as fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { commentText, PLAN_MARKER } from '../../../src/domain/pull-request.ts';

const HEAD = 'a'.repeat(40);

describe('commentText', () => {
  it('keeps whatever a pull request says inside its block, and under what GitHub takes', () => {
    const line = fc.string({ unit: fc.constantFrom('`', '~', '\n', '\r', '<', '-', '@', 'a', ' ', '\u202e', '\u0000'), maxLength: 40 });
    fc.assert(fc.property(fc.array(fc.array(line, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }), (parts) => {
      const text = commentText(HEAD, parts);
      const lines = text.split('\n');
      expect(lines[0]).toBe(PLAN_MARKER);
      // Each block opens with a fence that no line of it has, so there are as many fences as blocks have ends.
      const outside: string[] = [];
      let fence: string | null = null;
      for (const one of lines) {
        if (fence === null && one.endsWith('text') && one.startsWith('```')) fence = one.slice(0, -'text'.length);
        else if (fence !== null && one.trim() === fence) fence = null;
        else if (fence === null) outside.push(one);
        else expect(one).not.toContain(fence);
      }
      expect(fence).toBeNull();
      expect(outside.join('')).toBe(commentText(HEAD, [['x']]).split('```text')[0]?.replaceAll('\n', ''));
      expect(['\u202e', '\u0000', '\r'].filter((hidden) => text.includes(hidden))).toEqual([]);
    }));
    expect(commentText(HEAD, Array.from({ length: 200 }, () => ['x'.repeat(900)])).length).toBeLessThan(65_536);
    expect(commentText(HEAD, Array.from({ length: 200 }, () => ['x'.repeat(900)]))).toMatch(/more are left out here/);
  });
});
