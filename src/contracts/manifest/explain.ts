/** What a schema found wrong -> what a person has to change. */
import { stringify } from 'yaml';
import * as z from 'zod';
import type { FieldPath, Finding } from '../../domain/finding.ts';
import { isHidden, printable } from './issue.ts';
import { exampleOf, fieldsAt, nestedFields, schemaAt } from './schema-fields.ts';
import { closest, rewritings } from './suggest.ts';

export interface Written {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  /** A scalar as it was written, when without quotes. */
  readonly sourceOf: (path: FieldPath) => string | undefined;
}

type ZodIssue = z.core.$ZodIssue;

/** One or more findings for an issue of zod; `before` is the path to the part that the issue's own path begins at. */
export function explain(issue: ZodIssue, written: Written, before: FieldPath = []): Finding[] {
  const path = [...before, ...issue.path.filter((part) => typeof part !== 'symbol')];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField(path, key, written));
    case 'invalid_union':
      return union(issue, path, written);
    case 'invalid_type':
      return [wrongType(issue.expected, path, written)];
    case 'invalid_value':
      return [notAllowed(path, issue.values.map(String), written)];
    case 'invalid_key':
      return [{ path, at: 'key', severity: 'error', message: `"${printable(String(path.at(-1)))}" cannot be a name here. Expected: ${issue.issues[0]?.message ?? issue.message}.`, suggestion: nameSuggestion(String(path.at(-1)), path) }];
    case 'too_small':
      return [refused(path, written, amount(issue.origin, 'at least', issue.minimum, issue.inclusive))];
    case 'too_big':
      return [refused(path, written, amount(issue.origin, 'at most', issue.maximum, issue.inclusive))];
    case 'custom':
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
    default:
      return [refused(path, written, issue.message, 'expected')];
  }
}

const valueAt = (written: Written, path: FieldPath): unknown => path.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined), written.value);

function unknownField(parent: FieldPath, key: string, { schema, value }: Written): Finding {
  const allowed = fieldsAt(schema, parent, value);
  return { path: [...parent, key], at: 'key', severity: 'error', message: 'there is no such field here.', allowed, suggestion: closest(key, allowed) ?? (parent.length === 0 ? movedField(schema, key) : undefined) };
}

/** The field of this or nearly this name in another place, if there is exactly one. */
function movedField(schema: z.core.$ZodType, key: string): string | undefined {
  const name = (field: string) => field.slice(field.lastIndexOf('.') + 1);
  const fields = nestedFields(schema);
  const meant = closest(key, fields.map(name));
  const found = fields.filter((field) => name(field) === meant);
  return found.length === 1 ? found[0] : undefined;
}

function missing(path: FieldPath, written: Written, allowed?: readonly string[]): Finding {
  const name = String(path.at(-1));
  const example = exampleOf(schemaAt(written.schema, path, written.value));
  const line = allowed || example === undefined || typeof path.at(-1) === 'number' ? '' : ` Add for example: ${name}: ${flow(example)}`;
  return { path, severity: 'error', message: `"${printable(name)}" is missing.${line}`, allowed };
}

const TYPES: Readonly<Record<string, string>> = { string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', object: 'fields (name: value)', record: 'fields (name: value)' };

function wrongType(expected: string, path: FieldPath, written: Written): Finding {
  const value = valueAt(written, path);
  if (value === undefined && path.length > 0) return missing(path, written);
  const wanted = TYPES[expected] ?? expected;
  if (value === null) return { path, severity: 'error', message: path.length === 0 ? 'the file is empty.' : `has no value; it must be ${wanted}.`, suggestion: path.length === 0 ? undefined : exampleText(path, written) };
  return { path, severity: 'error', message: `is ${describe(value, path, written)}, but must be ${wanted}.`, suggestion: rewritten(path, written) };
}

function describe(value: unknown, path: FieldPath, written: Written): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a group of fields';
  const kind = typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : 'true or false';
  return isHidden(path) ? kind : `${quoted(value, path, written)} (${kind})`;
}

function quoted(value: unknown, path: FieldPath, written: Written): string {
  return typeof value === 'string' ? `"${printable(value)}"` : printable(written.sourceOf(path) ?? String(value));
}

function notAllowed(path: FieldPath, allowed: readonly string[], written: Written): Finding {
  const value = valueAt(written, path);
  if (value === undefined) return missing(path, written, allowed);
  if (value === null || typeof value === 'object') return { path, severity: 'error', message: value === null ? 'has no value.' : `is ${describe(value, path, written)}, but must be one word.`, allowed };
  return { path, severity: 'error', message: `${quoted(value, path, written)} is not known.`, allowed, suggestion: typeof value === 'string' ? closest(value, allowed) : undefined };
}

function union(issue: Extract<ZodIssue, { code: 'invalid_union' }>, path: FieldPath, written: Written): Finding[] {
  if ('discriminator' in issue && typeof issue.discriminator === 'string') return [notAllowed(path, discriminators(issue), written)];
  const value = valueAt(written, path);
  if (value === undefined) return [missing(path, written)];
  // The branch that was meant is the one whose kind of value this is: it fails further in.
  const meant = issue.errors.filter((errors) => errors.every((error) => error.path.length > 0));
  if (meant.length === 1 && meant[0]) return meant[0].flatMap((error) => explain(error, written, path));
  if (typeof value === 'object' && value !== null) return [{ path, severity: 'error', message: `is ${describe(value, path, written)}. Expected: ${issue.message}.` }];
  return [refused(path, written, issue.message, 'expected')];
}

function discriminators(issue: ZodIssue): string[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
}

/** A value that is not accepted: `reason` is why, or says what was expected. */
function refused(path: FieldPath, written: Written, reason: string, kind: 'why' | 'expected' = 'why'): Finding {
  const value = valueAt(written, path);
  const why = kind === 'expected' ? `Expected: ${reason}.` : `${reason}.`;
  if (value === null) return { path, severity: 'error', message: `has no value. ${why}`, suggestion: exampleText(path, written) };
  if (typeof value === 'object') return { path, severity: 'error', message: `${reason}.` };
  const subject = isHidden(path) ? 'is not accepted' : `${quoted(value, path, written)} is not accepted`;
  return { path, severity: 'error', message: `${subject}${kind === 'expected' ? '.' : ':'} ${why}`, suggestion: rewritten(path, written) };
}

function amount(origin: string, bound: string, limit: number | bigint, inclusive: boolean | undefined): string {
  const side = inclusive === false ? (bound === 'at least' ? 'more than' : 'less than') : bound;
  if (origin === 'string') return Number(limit) === 1 && side === 'at least' ? 'it must not be empty' : `it must have ${side} ${limit} characters`;
  if (origin === 'array') return `it must have ${side} ${limit} ${Number(limit) === 1 ? 'item' : 'items'}`;
  return `it must be ${side} ${limit}`;
}

/** Another way to write the value, which the field's schema takes. Never of a value that may be a secret. */
function rewritten(path: FieldPath, written: Written): string | undefined {
  const value = valueAt(written, path);
  const schema = schemaAt(written.schema, path, written.value);
  if (!schema || isHidden(path) || (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') || String(value).length > 200) return undefined;
  const form = rewritings(value, written.sourceOf(path)).find((candidate) => candidate !== value && z.safeParse(schema, candidate).success);
  return form === undefined ? undefined : printable(flow(form), 200);
}

function nameSuggestion(name: string, path: FieldPath): string | undefined {
  const isVariable = path.includes('configuration') || path.includes('secrets');
  const changed = isVariable ? name.replaceAll(/[^A-Za-z0-9_]/g, '_').replaceAll(/^(?=\d)/g, '_') : name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return changed === name || name.length > 64 ? undefined : changed;
}

function exampleText(path: FieldPath, written: Written): string | undefined {
  const example = exampleOf(schemaAt(written.schema, path, written.value));
  return example === undefined ? undefined : flow(example);
}

/** A value as it is written in one line of YAML. */
function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).replace(/\n$/, '');
}
