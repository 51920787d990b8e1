/** A JSON Schema -> Markdown tables of its fields. */
import { stringify } from 'yaml';
import type { JsonSchema } from './generate-schemas.ts';

interface Field {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly only: string;
}

/** One table for the fields at the top, then one for each of them that has fields itself. */
export function fieldTables(schema: JsonSchema): string {
  const top = fieldsOf(schema, '');
  const groups = top.map((field) => ({ field, inner: below(field) })).filter(({ inner }) => inner.length > 0);
  return [table(top), ...groups.map(({ field, inner }) => `### \`${field.path}\`\n\n${field.schema.description ?? ''}\n\n${table(inner)}`)].join('\n');
}

function below(field: Field): Field[] {
  const { path, schema } = field;
  const item = typeof schema.items === 'object' && !Array.isArray(schema.items) ? schema.items : null;
  const free = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null;
  const inner = item ? fieldsOf(item, `${path}[].`) : free ? fieldsOf(free, `${path}.<name>.`) : fieldsOf(schema, `${path}.`);
  return inner.flatMap((one) => [one, ...below(one)]);
}

/** The fields of an object; of a union of objects, each with the variants that have it. */
function fieldsOf(schema: JsonSchema, prefix: string): Field[] {
  const variants = (schema.oneOf ?? [schema]).filter((variant) => typeof variant === 'object');
  const fields = new Map<string, { schema: JsonSchema; required: boolean; variants: string[] }>();
  for (const variant of variants) {
    for (const [name, field] of Object.entries(variant.properties ?? {})) {
      if (typeof field !== 'object') continue;
      const known = fields.get(name) ?? { schema: field, required: variant.required?.includes(name) ?? false, variants: [] };
      fields.set(name, { ...known, schema: merged(known.schema, field), variants: [...known.variants, discriminator(variant)] });
    }
  }
  return [...fields].map(([name, field]) => ({ path: `${prefix}${name}`, schema: field.schema, required: field.required, only: field.variants.length < variants.length ? field.variants.map((variant) => `\`${variant}\``).join(', ') : '' }));
}

/** Constants of several variants are one list of words, each with its meaning. */
function merged(one: JsonSchema, other: JsonSchema): JsonSchema {
  if (one === other || other.const === undefined) return one;
  const described = (schema: JsonSchema) => (schema.enum ? schema.description : `\`${String(schema.const)}\`: ${schema.description ?? ''}`);
  return { ...one, enum: [...(one.enum ?? [one.const ?? null]), other.const], description: `${described(one)} ${described(other)}` };
}

const discriminator = (variant: JsonSchema): string => Object.entries(variant.properties ?? {}).flatMap(([name, field]) => (typeof field === 'object' && field.const !== undefined ? [`${name}: ${String(field.const)}`] : []))[0] ?? '';

function table(fields: readonly Field[]): string {
  const rows = fields.map(({ path, schema, required, only }) => {
    const example = Array.isArray(schema['examples']) ? schema['examples'][0] : undefined;
    const fallback = required ? 'required' : schema.default === undefined ? '' : code(schema.default);
    const cells = [`\`${path}\``, kind(schema), fallback, example === undefined ? '' : code(example), `${schema.description ?? ''}${only ? ` Only with ${only}.` : ''}`];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| field | type | default | example | meaning |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

const code = (value: unknown): string => `\`${stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim()}\``;

function kind(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((word) => `\`${String(word)}\``).join(', ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.anyOf) return union(schema.anyOf.filter((branch) => typeof branch === 'object' && branch.type !== 'null'));
  if (schema.type === 'array') return typeof schema.items === 'object' && !Array.isArray(schema.items) && !schema.items.properties && !schema.items.oneOf ? `list of ${plural(kind(schema.items))}` : 'list';
  if (schema.type === 'object' || schema.oneOf) return schema.propertyNames ? 'names and values' : 'fields';
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type === 'integer' ? 'whole number' : 'number'}${range(schema)}`;
  return schema.type === 'boolean' ? '`true`, `false`' : 'text';
}

function union(branches: readonly JsonSchema[]): string {
  const patterns = branches.map((branch) => branch.pattern ?? '').join('');
  if (patterns.includes('ms|s|m|h|d')) return 'duration';
  if (patterns.includes('Ki|Mi|Gi')) return 'size';
  if (patterns.includes('%')) return 'count';
  return branches.map(kind).join(' or ');
}

const plural = (noun: string): string => (noun === 'text' ? 'texts' : noun.replace('whole number', 'whole numbers'));

function range({ minimum, maximum }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum} to ${maximum}`;
  return minimum === undefined ? '' : ` from ${minimum}`;
}
