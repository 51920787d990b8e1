/** JSONata expressions in templates: compiled once, guarded, and with results that are plain JSON. */
import jsonata from 'jsonata';
import { isExpression } from './asl.ts';
import { StateFailure } from './failure.ts';
import { plain } from './payload.ts';

/** Guards against an expression that never ends. Generous: a loaded machine must not fail an honest expression. */
const GUARD = { timeout: 5000, stack: 500 };
const CACHE_ENTRIES_MAX = 10_000;
const compiled = new Map<string, jsonata.Expression>();

/** The text between `{%` and `%}`. */
export const sourceOf = (expression: string): string => expression.slice(2, -2).trim();

/** Compiles one `{% ... %}` string, or finds it compiled. Throws jsonata's own error when it does not compile. */
export const compile = (expression: string): jsonata.Expression => {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  if (compiled.size >= CACHE_ENTRIES_MAX) compiled.clear();
  // The type declarations of jsonata 2.2 do not know its guards yet.
  const fresh = (jsonata as (text: string, options: object) => jsonata.Expression)(sourceOf(expression), GUARD);
  compiled.set(expression, fresh);
  return fresh;
};

const describe = (thrown: unknown): string => {
  const { code, message } = thrown as { code?: string; message?: string };
  return `${message ?? String(thrown)}${code === undefined ? '' : ` (${code})`}`;
};

/** Whether a function, JavaScript's or one of JSONata's own, hides in a result. */
const holdsFunction = (value: unknown): boolean => {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  if ('_jsonata_function' in value || '_jsonata_lambda' in value) return true;
  return Object.values(value).some(holdsFunction);
};

const evaluateOne = async (expression: string, bindings: Record<string, unknown>, field: string): Promise<unknown> => {
  let value: unknown;
  try {
    value = await compile(expression).evaluate(undefined, bindings);
  } catch (thrown) {
    throw new StateFailure('States.QueryEvaluationError', `The JSONata expression '${sourceOf(expression)}' of the field '${field}' failed: ${describe(thrown)}`);
  }
  if (holdsFunction(value)) throw new StateFailure('States.QueryEvaluationError', `The JSONata expression '${sourceOf(expression)}' of the field '${field}' returned a function, which is no JSON value. Call it, or leave it out.`);
  if (value === undefined) throw new StateFailure('States.QueryEvaluationError', `The JSONata expression '${sourceOf(expression)}' of the field '${field}' returned nothing (undefined). Give it a default, for example with $exists(x) ? x : null.`);
  return value;
};

const fill = async (template: unknown, bindings: Record<string, unknown>, field: string): Promise<unknown> => {
  if (isExpression(template)) return evaluateOne(template, bindings, field);
  if (Array.isArray(template)) {
    const items: unknown[] = [];
    for (const [index, item] of template.entries()) items.push(await fill(item, bindings, `${field}[${index}]`));
    return items;
  }
  if (typeof template !== 'object' || template === null) return template;
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(template)) entries.push([key, await fill(value, bindings, `${field}/${key}`)]);
  return Object.fromEntries(entries);
};

/**
 * Fills a template: every string that is one `{% ... %}` is evaluated, all else is taken as it stands.
 * @throws StateFailure States.QueryEvaluationError, or States.DataLimitExceeded over 262,144 bytes
 */
export const evaluate = async (template: unknown, bindings: Record<string, unknown>, field: string): Promise<unknown> =>
  plain(await fill(template, bindings, field), `The field '${field}'`);
