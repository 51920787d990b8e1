/** One operation, one stem: folder = registry = serverless.yml = events. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { HANDLERS } from '../../../src/main/functions.ts';
import { SUBSCRIBERS } from '../../../src/ports/subscriber.ts';
import { moduleOf, ROOT, STEMS } from './samples.ts';
import { serverless } from './serverless-files.ts';

const handlersIn = (folder: string): string[] => readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -'.ts'.length));

describe('functions', () => {
  it('the registry is the folder', () => {
    expect([...STEMS].sort()).toEqual([...handlersIn('functions'), ...handlersIn('functions/targets').map((kind) => `target-${kind}`), ...handlersIn('functions/subscribers').map((name) => `subscriber-${name}`)].sort());
  });

  it('each subscriber of the relay has one', () => {
    expect(handlersIn('functions/subscribers').sort()).toEqual([...SUBSCRIBERS].sort());
  });

  it('serverless.yml has each of them, under the name that machines use', () => {
    expect(Object.keys(serverless.functions).sort()).toEqual([...STEMS].sort());
    for (const [stem, { name, handler }] of Object.entries(serverless.functions)) expect({ name, handler }).toEqual({ name: `slipway-${stem}`, handler: `${moduleOf(stem)}.handler` });
  });

  it('each has a folder of sample events, and no other folder is there', () => {
    expect(readdirSync(join(ROOT, 'events')).sort()).toEqual([...STEMS].sort());
  });

  it.each(STEMS)('%s exports the handler of the registry and the schema of its events', async (stem) => {
    const module = (await import(`../../../${moduleOf(stem)}.ts`)) as { handler?: unknown; Event?: { safeParse?: unknown } };
    expect(module.handler).toBe((HANDLERS as Readonly<Record<string, unknown>>)[`slipway-${stem}`]);
    expect(typeof module.Event?.safeParse).toBe('function');
  });
});

it('the YAML of the tests reads anchors and merges as the framework does', () => {
  expect(parse('a: &a { x: 1 }\nb: { <<: *a, y: 2 }', { merge: true })).toEqual({ a: { x: 1 }, b: { x: 1, y: 2 } });
});
