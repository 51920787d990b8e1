import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { environmentsSchema, generatedFiles, manifestSchema, type JsonSchema } from '../../../scripts/generate-schemas.ts';
import { parseEnvironments, parseManifest } from '../../../src/contracts/manifest-file.ts';

const ROOT = join(import.meta.dirname, '../../..');
const committed = (path: string) => readFile(join(ROOT, path), 'utf8');

interface Field {
  readonly path: string;
  readonly schema: JsonSchema;
}

/** Every field of a schema, wherever it stands. */
function fields(schema: JsonSchema | boolean | undefined, path = ''): Field[] {
  if (typeof schema !== 'object') return [];
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => (typeof field === 'object' ? [{ path: `${path}.${name}`, schema: field }, ...fields(field, `${path}.${name}`)] : []));
  const items = [schema.items].flat().flatMap((item) => fields(item, `${path}[]`));
  const free = fields(schema.additionalProperties, `${path}.<name>`);
  return [...below, ...items, ...free, ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((branch) => fields(branch, path))];
}

/** The validation that an editor does. */
const editorAccepts = (schema: JsonSchema, value: unknown) => z.fromJSONSchema(schema).safeParse(value).success;

describe('what is generated from the schemas', () => {
  it('is what is committed (else run scripts/generate-schemas.ts)', async () => {
    for (const [path, text] of await generatedFiles()) expect({ path, text: await committed(path) }).toEqual({ path, text });
  });

  it.each([['slipway.yaml', manifestSchema()], ['environments.yaml', environmentsSchema()]] as const)('describes every field of %s, with an example and without the store\'s own forms', (_, schema) => {
    const all = fields(schema);
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter((field) => !field.schema.description?.endsWith('.')).map((field) => field.path)).toEqual([]);
    expect(all.filter((field) => !Array.isArray(field.schema['examples'])).map((field) => field.path)).toEqual([]);
    expect(all.filter((field) => field.path.endsWith('.percent'))).toEqual([]);
    expect(JSON.stringify(schema)).not.toContain('starts_with');
  });

  it('lets an editor accept what is right and refuse what is wrong', async () => {
    const full = parse(await committed('test/fixtures/manifests/full.yaml')) as Record<string, unknown>;
    expect(editorAccepts(manifestSchema(), full)).toBe(true);
    expect(editorAccepts(environmentsSchema(), parse(await committed('test/fixtures/manifests/environments.yaml')))).toBe(true);
    for (const wrong of [{ ...full, strategy: 'canery' }, { ...full, extra: 1 }, { ...full, start: 'node' }, { ...full, environments: { staging: { instances: { percent: 10 } } } }]) expect(editorAccepts(manifestSchema(), wrong)).toBe(false);
  });

  it('gives examples and defaults that the parser takes as they are written', () => {
    // One field at a time, at the top of a manifest: the rest of it is known to be right.
    const base = { service: 'catalog', team: 'shop', start: ['x'] };
    for (const [name, field] of Object.entries(manifestSchema().properties ?? {})) {
      if (typeof field !== 'object') continue;
      for (const value of [...(field['examples'] as unknown[]), ...(field.default === undefined ? [] : [field.default])]) {
        const result = parseManifest(JSON.stringify({ ...base, [name]: value }), name);
        expect({ name, value, issues: result.ok ? [] : result.issues }).toEqual({ name, value, issues: [] });
      }
    }
  });
});

describe('docs/manifest.md', () => {
  it('names every field', async () => {
    const page = await committed('docs/manifest.md');
    const names = [...fields(manifestSchema()), ...fields(environmentsSchema())].map((field) => field.path.slice(1));
    expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('has only blocks of YAML that hold', async () => {
    const blocks = [...(await committed('docs/manifest.md')).matchAll(/```yaml\n([^]*?)```/g)].map((match) => match[1] ?? '');
    expect(blocks.length).toBeGreaterThanOrEqual(3);
    for (const block of blocks) {
      const result = block.startsWith('environments:') ? parseEnvironments(block, 'docs') : parseManifest(block, 'docs');
      expect({ block, issues: result.ok ? result.warnings : result.issues }).toEqual({ block, issues: [] });
    }
  });
});
