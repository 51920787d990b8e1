import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { apiApp } from '../../../src/api/app.ts';
import type { Ports } from '../../../src/ports/index.ts';

const documented = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const routes = apiApp({} as Ports).routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);

describe('docs/api.md', () => {
  it.each([...new Set(routes)])('names %s', (route) => {
    expect(documented).toMatch(new RegExp(`\`${route.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)}(?:\\?[^\`]*)?\``));
  });

  it('names no route that is not there', () => {
    const named = [...documented.matchAll(/`(GET|POST|PUT|DELETE) (\/v1\/[^`?]*)(?:\?[^`]*)?`/g)].map(([, method, path]) => `${method ?? ''} ${path ?? ''}`);
    expect(named.filter((route) => !routes.includes(route) && route !== 'PUT /v1/blobs')).toEqual([]);
  });
});
