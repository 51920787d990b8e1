import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anchors, codeLines, document, documents, prose, ROOT, type Document } from './documents.ts';

const pages = documents();

function linksOf(page: Document): string[] {
  return [...prose(page).matchAll(/\]\(([^()\s]+)\)/g)].map((match) => match[1] ?? '').filter((target) => !/^[a-z]+:/.test(target));
}

function broken(page: Document, link: string): string | null {
  const [file = '', anchor = ''] = link.split('#', 2);
  const path = file === '' ? page.path : normalize(join(dirname(page.path), file));
  if (!existsSync(join(ROOT, path))) return `${link}: there is no ${path}`;
  if (anchor === '') return null;
  return anchors(document(path)).has(anchor) ? null : `${link}: ${path} has no heading for #${anchor}`;
}

it('there are pages to look at', () => {
  expect(pages.map(({ path }) => path)).toEqual(expect.arrayContaining(['ARCHITECTURE.md', 'docs/README.md', 'docs/pipeline.md', 'src/targets/_template/README.md']));
});

describe.each(pages)('$path', (page) => {
  it('links only to what is there', () => {
    expect(linksOf(page).map((link) => broken(page, link)).filter((problem) => problem !== null)).toEqual([]);
  });

  it('names only files that are there', () => {
    const words = codeLines(page).flatMap((line) => line.split(/[\s`,;()"'=]+/)).filter((word) => /^(?:src|statemachines|infrastructure|functions|test|docs|bin|scripts|schemas|events|examples)\/[\w./-]+$/.test(word));
    expect(words.map((word) => word.replace(/[.:]+$/, '')).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

it('docs/README.md leads to every page of its folder', () => {
  const listed = linksOf(document('docs/README.md')).map((link) => normalize(join('docs', link)));
  const wanted = pages.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path) && path !== 'docs/README.md');
  expect(wanted.filter((path) => !listed.includes(path))).toEqual([]);
  expect(listed.some((path) => path.startsWith('docs/decisions') && statSync(join(ROOT, path)).isDirectory())).toBe(true);
});
