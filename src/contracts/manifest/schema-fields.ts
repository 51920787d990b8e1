/** Looks into a zod schema: which fields it has where, so that messages can say what is allowed and what was meant. */
import * as z from 'zod';
import type { FieldPath } from '../../domain/finding.ts';

/** A schema without its defaults, options and transforms. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return bare(schema.def.innerType);
  return schema instanceof z.ZodPipe ? bare(schema.def.in) : schema;
}

/**
 * The schema of the field at `path`, with its defaults and transforms; null where there is none. In a union the branch is
 * followed that `value` (what the schema was given) names by its discriminator, or else the first that has such a field.
 */
export function schemaAt(schema: z.core.$ZodType, path: FieldPath, value: unknown): z.core.$ZodType | null {
  const [part, ...rest] = path;
  if (part === undefined) return schema;
  const inner = bare(schema);
  if (inner instanceof z.ZodUnion) {
    for (const branch of branches(inner, value)) {
      const found = schemaAt(branch, path, value);
      if (found) return found;
    }
    return null;
  }
  const next = child(inner, part);
  return next && schemaAt(next, rest, at(value, part));
}

function child(schema: z.core.$ZodType, part: string | number): z.core.$ZodType | null {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, part) ? (schema.shape[part] as z.core.$ZodType) : null;
  if (schema instanceof z.ZodRecord) return schema.def.valueType;
  return schema instanceof z.ZodArray ? schema.def.element : null;
}

const at = (value: unknown, part: string | number): unknown => (typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined);

function branches(union: z.ZodUnion, value: unknown): readonly z.core.$ZodType[] {
  if (!(union instanceof z.ZodDiscriminatedUnion)) return union.options;
  const { discriminator } = union.def;
  return union.options.filter((option) => z.safeParse(child(bare(option), discriminator) ?? z.never(), at(value, discriminator)).success);
}

/** The names of the fields at `path`; empty where names are free or there are none. */
export function fieldsAt(schema: z.core.$ZodType, path: FieldPath, value: unknown): string[] {
  const found = schemaAt(schema, path, value);
  if (!found) return [];
  const inner = bare(found);
  const objects = inner instanceof z.ZodUnion ? branches(inner, path.reduce(at, value)).map(bare) : [inner];
  return [...new Set(objects.flatMap((object) => (object instanceof z.ZodObject ? Object.keys(object.shape) : [])))];
}

/** The fields below the top, by their dotted paths: `rollout.batches`, `canary.judge.minimumRequests`. */
export function nestedFields(schema: z.core.$ZodType): string[] {
  const below = (object: z.core.$ZodType, before: string, deep: number): string[] => {
    const inner = bare(object);
    if (!(inner instanceof z.ZodObject)) return [];
    return Object.entries(inner.shape).flatMap(([key, field]) => [...(before === '' ? [] : [`${before}${key}`]), ...(deep > 0 ? below(field as z.core.$ZodType, `${before}${key}.`, deep - 1) : [])]);
  };
  return below(schema, '', 2);
}

/** The first example of a field's description. */
export function exampleOf(schema: z.core.$ZodType | null): unknown {
  const examples = schema && z.globalRegistry.get(schema)?.['examples'];
  return Array.isArray(examples) ? (examples as unknown[])[0] : undefined;
}
