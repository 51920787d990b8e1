import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BadGlob, globProblem, matchesPath } from '../../../src/domain/paths.ts';

describe('matchesPath', () => {
  it.each([
    ['services/catalog/**', 'services/catalog/src/a.ts', true],
    ['services/catalog/**', 'services/catalog', true],
    ['services/catalog/**', 'services/catalogue/a.ts', false],
    ['services/catalog/', 'services/catalog/a/b', true],
    ['services/catalog/', 'services/catalog2/a', false],
    ['**/package.json', 'package.json', true],
    ['**/package.json', 'a/b/package.json', true],
    ['**/package.json', 'a/xpackage.json', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'ab', false],
    ['a/**/b', 'a/xb', false],
    ['*', 'a', true],
    ['*', '.env', true],
    ['*', 'a/b', false],
    ['**', 'a/b/.c', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?c', 'a😀c', true],
    ['*.{js,ts}', 'x.ts', true],
    ['*.{js,ts}', 'x.tsx', false],
    ['{a,b/{c,d}}/*', 'b/d/x', true],
    ['{a,b/{c,d}}/*', 'b/x', false],
    ['{a/**,b}/c', 'a/x/c', true],
    ['{,x}a', 'a', true],
    ['a**b', 'axxb', true],
    ['a**b', 'a/b', false],
    ['a,b', 'a,b', true],
    ['a.c', 'abc', false],
    ['(a|b)+$', '(a|b)+$', true],
  ])('%s on %s: %s', (glob, path, expected) => {
    expect(matchesPath(glob, path)).toBe(expected);
  });

  it.each([
    ['', /1 to 500/], ['a'.repeat(501), /1 to 500/], ['/a', /leading \//], ['./a', /leading \.\//], ['!a', /turned round/], ['[ab]', /no meaning/], ['a\\b', /no meaning/], ['a\nb', /no meaning/],
    ['a/../b', /\. or \.\./], ['a//b', /empty name/], ['{a', /not closed/], ['a}', /closes nothing/], ['{'.repeat(6) + 'a' + '}'.repeat(6), /nested 5 deep/],
  ])('refuses %j', (glob, message) => {
    expect(globProblem(glob)).toMatch(message);
    expect(() => matchesPath(glob, 'a')).toThrow(BadGlob);
  });

  it('takes a glob without wildcards as exactly that path', () => {
    const name = fc.stringMatching(/^[a-z0-9_.-]{1,8}$/).filter((text) => text !== '.' && text !== '..');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
    fc.assert(fc.property(path, path, (one, other) => matchesPath(one, other) === (one === other)));
  });

  it('agrees with a regular expression made for the same glob', () => {
    const part = fc.constantFrom('a', 'b', '*', '?', '**', 'a*', '*b', '{a,b}', '{a,*b}');
    const glob = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const path = fc.array(fc.stringMatching(/^[ab]{1,3}$/), { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
    fc.assert(fc.property(glob, path, (pattern, name) => matchesPath(pattern, name) === expression(pattern).test(name)), { numRuns: 2000 });
  });

  it('ends for a glob that would hold up a matcher that tries every way', () => {
    // 2^249 ways for one that backtracks; this one needs about a million steps.
    expect(matchesPath(`${'*a'.repeat(249)}b`, 'a'.repeat(2000))).toBe(false);
    expect(matchesPath(`${'{a,a}'.repeat(80)}b`, 'a'.repeat(80))).toBe(false);
  });
});

/** The meaning of a glob, said another way; only for the short globs made here. */
function expression(glob: string): RegExp {
  const source = glob.split('/').map((name) => name.replaceAll('?', '[^/]').replaceAll(/(?<!\*)\*(?!\*)/g, '[^/]*').replaceAll('{', '(?:').replaceAll(',', '|').replaceAll('}', ')'));
  let text = '';
  for (const [index, name] of source.entries()) {
    const isLast = index === source.length - 1;
    const separator = index === 0 || source[index - 1] === '**' ? '' : '/';
    if (name !== '**') text += separator + name;
    else if (isLast) text += index === 0 || source[index - 1] === '**' ? '.*' : '(?:/.*)?';
    else text += `${separator}(?:.*/)?`;
  }
  return new RegExp(`^${text}$`);
}
