import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { harmless, Line } from '../../../src/cli/answers/text.ts';
import { added } from '../../../src/cli/log-tail.ts';
import { cells, cut, pad, table } from '../../../src/cli/text/cells.ts';
import { jsonText } from '../../../src/cli/text/json-text.ts';
import { count, span } from '../../../src/cli/text/time.ts';

describe('cells', () => {
  it.each([['abc', 3], ['日本', 4], ['é', 1], ['e\u0301', 1], ['👍', 2], ['\u001B[31mred\u001B[39m', 3], ['✓ ●', 3]])('%j takes %i', (text, width) => {
    expect(cells(text)).toBe(width);
  });

  it('cuts to any width, with a sign, and leaves alone what fits', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 0, max: 40 }), (raw, width) => {
      const text = Line.parse(raw);
      const short = cut(text, width);
      expect(cells(short)).toBeLessThanOrEqual(width);
      if (cells(text) <= width) expect(short).toBe(text);
      else if (width > 0) expect(short.endsWith('…')).toBe(true);
    }));
  });

  it('pads and aligns by cells', () => {
    expect(pad('日本', 6)).toBe('日本  ');
    expect(table([['a', 'b', 'c'], ['日本', '', 'x']])).toEqual(['a     b  c', '日本     x']);
  });
});

describe('times and amounts', () => {
  it.each([[0, '0s'], [0.25, '250ms'], [42.4, '42s'], [59.7, '1m00s'], [80, '1m20s'], [7500, '2h05m'], [273_600, '3d04h'], [-3, '0s']])('%d s is %s', (seconds, text) => {
    expect(span(seconds)).toBe(text);
  });

  it('says counts with their noun', () => {
    expect([count(1, 'request'), count(1200, 'request')]).toEqual(['1 request', '1,200 requests']);
  });
});

describe('text of an answer', () => {
  it('can do nothing to a terminal', () => {
    expect(harmless('a\u001B[2J\u202Eb\n\tc')).toBe('a\\u001b[2J\\u202eb\n\tc');
    expect(Line.parse('two\r\nlines')).toBe('two\\u000d lines');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => { expect(harmless(text)).not.toMatch(/[^\P{C}\n\t]/u); }));
  });
});

describe('JSON', () => {
  it('says the same as ever, in characters that do nothing to a terminal', () => {
    expect(jsonText({ text: '\u009B2Jgone\u202E \u{E0001}' })).toBe(String.raw`{"text":"\u009b2Jgone\u202e \udb40\udc01"}`);
    fc.assert(fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const said = jsonText({ value, text }, 2);
      expect(said).not.toMatch(/[^\P{C}\n]/u);
      expect(JSON.parse(said)).toEqual(JSON.parse(JSON.stringify({ value, text })));
    }));
  });
});

describe('what was added to a log', () => {
  it('is all that came after, when the looks overlap', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 99_999 }), { minLength: 1, maxLength: 80 }), fc.nat(79), fc.nat(79), (numbers, seen, left) => {
      const lines = numbers.map((number) => `line ${number} of the log\n`);
      const known = Math.min(seen, lines.length);
      const from = Math.min(left, Math.max(0, known - 4));
      const before = lines.slice(0, known).join('');
      const after = lines.slice(known < 5 ? 0 : from).join('');
      expect(added(before, after)).toBe(lines.slice(known).join(''));
    }));
  });

  it('is everything, when they share nothing', () => {
    expect(added('old text', 'new text')).toBe('new text');
    expect(added('', 'new')).toBe('new');
    expect(added('same', 'same')).toBe('');
    expect(added('end of it', 'more before the end of it and after')).toBe(' and after');
  });
});
