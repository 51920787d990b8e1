import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { generatedFiles } from '../../../scripts/generate-schemas.ts';
import { BINDINGS } from '../../../src/api/app.ts';
import { artifactBindings } from '../../../src/api/artifacts.ts';
import { logInBindings } from '../../../src/api/log-in.ts';
import { slackConnectBindings } from '../../../src/api/slack-connect.ts';
import { DOCUMENT_PATH, httpApp } from '../../../src/api/http-app.ts';
import { OPERATIONS } from '../../../src/contracts/api/index.ts';
import { openapiDocument } from '../../../src/contracts/api/openapi.ts';
import type { Ports } from '../../../src/ports/index.ts';

const text = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const documented = text('docs/api.md');
const named = (operations: readonly { method: string; path: string }[]): string[] => operations.map(({ method, path }) => `${method} ${path}`).sort();
const bindings = [...BINDINGS, ...artifactBindings, ...logInBindings, ...slackConnectBindings];
const routes = httpApp({} as Ports, bindings).routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => ({ method, path })).filter(({ path }) => path !== DOCUMENT_PATH);
const document = openapiDocument() as { paths: Record<string, Record<string, { operationId: string; parameters: { in: string; name: string }[] }>> };

describe('the operations', () => {
  it('each are bound once, and nothing else is served', () => {
    expect(named(bindings.map(({ operation }) => operation))).toEqual(named(OPERATIONS));
    expect(named(routes)).toEqual(named(OPERATIONS));
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  });

  it('are those of the OpenAPI document, with every part of their paths', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));
    expect(named(operations.map(({ method, path }) => ({ method, path: path.replaceAll(/\{([a-z]+)\}/g, ':$1') })))).toEqual(named(OPERATIONS));
    for (const { path, operation } of operations) expect(operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`)).toEqual(path.match(/\{[a-z]+\}/g) ?? []);
  });

  it('are those of docs/api.md', () => {
    const found = [...documented.matchAll(/\| `(GET|POST|PUT|DELETE) (\/v1\/[^`?]*)/g)].map(([, method, path]) => ({ method: method ?? '', path: path ?? '' }));
    expect(named(found)).toEqual(named(OPERATIONS));
  });
});

it.each(['schemas/openapi.json', 'docs/api.md'])('%s is as "npm run generate" makes it', async (path) => {
  expect(text(path) === (await generatedFiles()).get(path)).toBe(true);
});

it('every answer and body says its fields', () => {
  const json = JSON.stringify(document);
  expect(json).toContain('"openapi":"3.1.0"');
  for (const [path, methods] of Object.entries(document.paths)) for (const [method, operation] of Object.entries(methods)) {
    const schema = (operation as unknown as { responses: Record<string, { content?: Record<string, { schema: Record<string, unknown> }> }> }).responses;
    const answer = Object.entries(schema).find(([status]) => status.startsWith('2'))?.[1].content?.['application/json']?.schema;
    expect({ path, method, says: answer?.['$ref'] === undefined ? answer?.['type'] : 'document' }).toEqual({ path, method, says: expect.stringMatching(/^(?:object|array|document)$/) });
  }
});

it('the patterns of the document are such as regular expressions of any language take, and still refuse control characters', () => {
  const text = JSON.stringify(openapiDocument());
  const patterns = [...new Set([...text.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, pattern = '""']) => JSON.parse(pattern) as string))];
  expect(patterns.filter((pattern) => /\\[pPk]|\(\?<[^=!]/.test(pattern))).toEqual([]);
  const who = patterns.find((pattern) => pattern.endsWith('{1,100}$') && pattern.includes('u0000')) ?? '';
  expect(['anna', 'Zoë', 'a b', 'a\u0007b', ''].map((name) => new RegExp(who).test(name))).toEqual([true, true, false, false, false]);
});
