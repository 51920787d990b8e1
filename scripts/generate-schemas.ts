/**
 * Writes schemas/*.schema.json (for editors) and the field tables of docs/manifest.md, both from the schemas that parse the
 * files, schemas/openapi.json and the tables of docs/api.md, both from the operations that the API serves, the reference in docs/cli.md, and
 * the tables of docs/state-machines.md. Run by `npm run generate`; a test fails when what is committed is older.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Environments } from '../src/domain/environment.ts';
import { Manifest } from '../src/domain/manifest.ts';
import { apiTables } from './api-reference.ts';
import { withCliReference } from './cli-reference.ts';
import { Machine } from '../src/engine/index.ts';
import { loadMachines } from '../src/main/machines.ts';
import { machineTables } from './machine-reference.ts';
import { fieldTables } from './manifest-reference.ts';
import { openapiDocument } from '../src/contracts/api/openapi.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

const ROOT = join(import.meta.dirname, '..');

/** Draft 7: the newest that all the common editors' YAML support reads. */
export const manifestSchema = (): JsonSchema => editorSchema(Manifest, 'slipway.yaml', 'How one service is built, run, tested and released with Slipway.');
export const environmentsSchema = (): JsonSchema => editorSchema(Environments, 'environments.yaml', 'The environments of a Slipway installation, in the order a release goes through them.');

function editorSchema(schema: z.ZodType, title: string, description: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', override: ({ zodSchema, jsonSchema }) => forEditors(zodSchema, jsonSchema) });
  return { $schema, title, description, ...rest };
}

function forEditors(schema: z.core.$ZodType, json: JsonSchema): void {
  // zod leaves both out where a field is transformed, since it cannot know how they were written.
  const examples = z.globalRegistry.get(schema)?.['examples'];
  if (Array.isArray(examples)) json['examples'] = examples;
  if (schema instanceof z.ZodDefault) json.default = asWritten(schema.def.defaultValue as never, json);
  // `{ percent: 10 }` is how the store holds "10%"; nobody writes it.
  if (json.anyOf?.some(isPercentObject)) json.anyOf = json.anyOf.filter((branch) => !isPercentObject(branch));
  // What a pattern says already, in a format that only zod knows.
  if (json.format === 'starts_with') delete json.format;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
}

const isPercentObject = (branch: JsonSchema | boolean): boolean => typeof branch === 'object' && branch.type === 'object' && Object.keys(branch.properties ?? {}).join() === 'percent';

/** Defaults are kept in seconds, bytes and percent objects; people write them with units. */
function asWritten(value: z.core.util.JSONType, json: JsonSchema): z.core.util.JSONType {
  const patterns = JSON.stringify(json.anyOf ?? []);
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && 'percent' in value) return `${Number(value['percent'])}%`;
  if (typeof value === 'number' && patterns.includes('(?:ms|s|m|h|d)')) return duration(value);
  if (typeof value === 'number' && patterns.includes('(?:Ki|Mi|Gi)')) return `${value / 2 ** 20}Mi`;
  return value;
}

function duration(seconds: number): string {
  const unit = ([[3600, 'h'], [60, 'm']] as const).find(([size]) => seconds > size && seconds % size === 0);
  return unit ? `${seconds / unit[0]}${unit[1]}` : `${seconds}s`;
}

/** Path from the root of the repository -> its text as it must be. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const page = 'docs/manifest.md';
  const before = await readFile(join(ROOT, page), 'utf8');
  const tables = { manifest: fieldTables(manifestSchema()), environments: fieldTables(environmentsSchema()) };
  const text = before.replaceAll(/(<!-- fields of (manifest|environments) -->\n)[^]*?(<!-- end of fields -->)/g, (_, begin: string, name: keyof typeof tables, end: string) => `${begin}\n${tables[name]}\n${end}`);
  const json = (schema: unknown) => `${JSON.stringify(schema, null, 2)}\n`;
  const api = 'docs/api.md';
  const cli = 'docs/cli.md';
  const apiText = (await readFile(join(ROOT, api), 'utf8')).replaceAll(/(<!-- operations -->\n)[^]*?(<!-- end of operations -->)/g, (_, begin: string, end: string) => `${begin}\n${apiTables()}\n${end}`);
  const machines = 'docs/state-machines.md';
  const definitions = Object.fromEntries(Object.entries(loadMachines()).map(([name, { definition }]) => [name, Machine.parse(definition)]));
  const machinesText = (await readFile(join(ROOT, machines), 'utf8')).replaceAll(/(<!-- machines -->\n)[^]*?(<!-- end of machines -->)/g, (_, begin: string, end: string) => `${begin}\n${machineTables(definitions)}\n\n${end}`);
  return new Map([['schemas/slipway.schema.json', json(manifestSchema())], ['schemas/environments.schema.json', json(environmentsSchema())], ['schemas/openapi.json', json(openapiDocument())], [page, text], [api, apiText], [cli, withCliReference(await readFile(join(ROOT, cli), 'utf8'))], [machines, machinesText]]);
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of await generatedFiles()) await writeFile(join(ROOT, path), text);
}
