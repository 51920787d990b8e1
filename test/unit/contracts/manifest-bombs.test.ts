import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvironments, parseManifest, renderIssue, type EnvironmentsResult, type ManifestResult } from '../../../src/contracts/manifest-file.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/manifests', name), 'utf8');
const KIB_256 = 256 * 1024;

/** Shapes that make parsers of YAML recurse without end, expand without end, or take quadratic time. All of nearly the greatest size. */
const BOMBS: Record<string, string> = {
  'aliases of aliases': `${Array.from({ length: 30 }, (_, level) => `a${level}: &a${level} [${level === 0 ? 'x' : Array(9).fill(`*a${level - 1}`).join(', ')}]`).join('\n')}\n`,
  'few aliases of much': `a: &a [${'x, '.repeat(5000)}x]\nb: [${Array(20).fill('*a').join(', ')}]\n`,
  'an alias in itself': 'a: &a [*a, *a, *a]\n',
  'open lists': '['.repeat(KIB_256),
  'open groups': '{'.repeat(KIB_256),
  'groups in lists': '[{a: '.repeat(40_000),
  'lists in one line': '- '.repeat(KIB_256 / 2),
  'complex names': '? '.repeat(KIB_256 / 2),
  'steps of indentation': Array.from({ length: 700 }, (_, deep) => `${' '.repeat(deep)}a:\n`).join(''),
  'many names': Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join(''),
  'many variables': `service: web\nteam: shop\nstart: [x]\nconfiguration:\n${Array.from({ length: 9000 }, (_, index) => `  k-${index}: 1.10\n`).join('')}`,
  'the same name': 'a: 1\n'.repeat(20_000),
  'many items': '- a\n'.repeat(65_000),
  'many commas': `[${','.repeat(250_000)}]`,
  'many documents': '---\n'.repeat(65_000),
  'many lines': '\n'.repeat(KIB_256),
  'many spaces': ' '.repeat(KIB_256),
  'many tabs': '\t'.repeat(KIB_256),
  'many comments': '#\n'.repeat(130_000),
  'many colons': 'a: '.repeat(87_000),
  'many anchors': '&a '.repeat(87_000),
  'an open quote': `"${'a\n'.repeat(130_000)}`,
  'a long name': `${'a'.repeat(200_000)}: 1`,
  'a long word': `strategy: ${'canary'.repeat(40_000)}`,
  'a long number': `instances: ${'9'.repeat(250_000)}`,
  'too large': 'a'.repeat(KIB_256 + 1),
};

function positionsAreInside(result: ManifestResult | EnvironmentsResult, text: string): void {
  const issues = result.ok ? result.warnings : result.issues;
  if (!result.ok) expect(issues.some((issue) => issue.severity === 'error')).toBe(true);
  expect(issues.length).toBeLessThanOrEqual(50);
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const issue of issues) {
    expect(issue.line).toBeGreaterThanOrEqual(1);
    expect(issue.column).toBeGreaterThanOrEqual(1);
    // The place after the last character is where something is missing.
    expect(issue.column).toBeLessThanOrEqual((lines[issue.line - 1] ?? expect(issue.line).toBeLessThanOrEqual(lines.length) ?? '').length + 1);
    expect(issue.message).toMatch(/\S/);
    expect(issue.message.length).toBeLessThan(1000);
    expect(renderIssue(issue, text).length).toBeLessThan(3000);
  }
}

describe('bombs', () => {
  // Each would take minutes, or the whole memory, or the stack, if it got through; the test's own time limit is the bound.
  it.each(Object.entries(BOMBS))('%s', (_, text) => {
    const result = parseManifest(text, 'slipway.yaml');
    expect(result.ok).toBe(false);
    positionsAreInside(result, text);
  });

  it('names the limit that was met', () => {
    const message = (name: string) => {
      const result = parseManifest(BOMBS[name] ?? '', 'f');
      return result.ok ? 'ok' : result.issues[0]?.message;
    };
    expect(message('too large')).toMatch(/262145 bytes; at most 262144/);
    expect(message('open lists')).toMatch(/nested more than 24 deep/);
    expect(message('steps of indentation')).toMatch(/nested more than 24 deep/);
    expect(message('aliases of aliases')).toMatch(/more than 20 aliases/);
    expect(message('few aliases of much')).toMatch(/more than 20000 values/);
    expect(message('many items')).toMatch(/more than 60000 words/);
  });
});

describe('any text at all', () => {
  const mutation = fc.record({ at: fc.nat(2000), cut: fc.nat(12), put: fc.oneof(fc.constantFrom('', ' ', '\n', '\t', ':', '- ', '[', '{', '"', "'", '*a', '&a', '!x', '|\n', '>', '<<: ', '#', '%', '---\n', ': ', '\r', '\u0000', '\uFEFF', '😀', '.nan', 'null', '1e999', '0x1'), fc.string({ maxLength: 5 })) });
  const mutated = (text: string) => fc.array(mutation, { minLength: 1, maxLength: 6 }).map((changes) => changes.reduce((now, { at, cut, put }) => `${now.slice(0, at % (now.length + 1))}${put}${now.slice((at % (now.length + 1)) + cut)}`, text));

  it('a changed manifest is read, or answered with places inside it', () => {
    const seen = { ok: 0, failed: 0 };
    fc.assert(fc.property(mutated(fixture('full.yaml')), (text) => {
      const result = parseManifest(text, 'slipway.yaml');
      seen[result.ok ? 'ok' : 'failed'] += 1;
      positionsAreInside(result, text);
    }), { numRuns: 150 });
    expect(seen.failed).toBeGreaterThan(0);
  });

  it('so are changed environments', () => {
    fc.assert(fc.property(mutated(fixture('environments.yaml')), (text) => positionsAreInside(parseEnvironments(text, 'environments.yaml'), text)), { numRuns: 150 });
  });

  it('and text that never was one', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.json()), (text) => {
      const result = parseManifest(text, 'slipway.yaml');
      expect(result.ok).toBe(false);
      positionsAreInside(result, text);
    }), { numRuns: 150 });
  });

  it('reads the fixtures without a word', () => {
    for (const name of ['full.yaml', 'minimal.yaml']) expect(parseManifest(fixture(name), name)).toMatchObject({ ok: true, warnings: [] });
    expect(parseEnvironments(fixture('environments.yaml'), 'e')).toMatchObject({ ok: true, warnings: [] });
  });
});
