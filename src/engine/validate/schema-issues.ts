/** What the schemas have to say, with the state's name and the list of what is allowed. */
import type * as z from 'zod';
import { FIELDS_OF, STATE_TYPES } from '../asl.ts';
import type { Issue } from './issues.ts';

const JSONPATH_FIELDS = ['InputPath', 'OutputPath', 'ResultPath', 'Parameters', 'ResultSelector', 'ItemsPath', 'SecondsPath', 'TimestampPath', 'Result', 'Variable', 'TimeoutSecondsPath', 'HeartbeatSecondsPath', 'ErrorPath', 'CausePath', 'MaxConcurrencyPath'];

const at = (value: unknown, path: readonly PropertyKey[]): unknown => path.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined), value);

const allowedAt = (definition: unknown, path: readonly PropertyKey[]): string => {
  const type = (at(definition, path) as { Type?: unknown } | undefined)?.Type;
  if (!STATE_TYPES.includes(type as never) || path.at(-2) !== 'States') return '';
  return ` Allowed in a ${String(type)} state: ${FIELDS_OF[type as keyof typeof FIELDS_OF].join(', ')}.`;
};

const problemOf = (definition: unknown, issue: z.core.$ZodIssue): string => {
  if (issue.code === 'unrecognized_keys') {
    const old = issue.keys.filter((key) => JSONPATH_FIELDS.includes(key));
    return `unknown field ${issue.keys.map((key) => `'${key}'`).join(', ')}.${allowedAt(definition, issue.path)}${old.length === 0 ? '' : ` ${old.join(', ')} belongs to JSONPath mode, which is not supported: use Arguments, Assign and Output.`}`;
  }
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'Type') return `unknown state type. Allowed: ${STATE_TYPES.join(', ')}.`;
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return issue.errors.map((alternative) => alternative.map((one) => one.message).join(' and ')).join('; or ');
  return issue.message;
};

export const schemaIssues = (machine: string, definition: unknown, error: z.ZodError): Issue[] =>
  error.issues.map((issue) => {
    const states = issue.path.lastIndexOf('States');
    const state = states < 0 || states + 1 >= issue.path.length ? undefined : String(issue.path[states + 1]);
    const field = (state === undefined ? issue.path : issue.path.slice(states + 2)).map(String).join('/');
    return { machine, ...(state === undefined ? {} : { state }), field, problem: problemOf(definition, issue) };
  });
