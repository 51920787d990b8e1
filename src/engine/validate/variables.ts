/** Variables: which may be set where, by following every way through the graph. */
import { isExpression, type Graph } from '../asl.ts';
import { compile } from '../expressions.ts';
import { ADDED_FUNCTIONS } from '../functions.ts';
import { waysOf } from './graph.ts';
import type { Report } from './issues.ts';
import { innerGraphs, placesOf, stringsOf, type Place } from './places.ts';
import { referencesOf, type References } from './references.ts';

/** The functions of JSONata 2.0, without $eval: https://docs.jsonata.org/2.0.x/ */
const JSONATA_FUNCTIONS = 'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power random reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase zip'.split(' ');
const FUNCTIONS = new Set<string>([...JSONATA_FUNCTIONS, ...ADDED_FUNCTIONS]);

/** For each state, the variables that some way to it may have set. */
const variablesAt = (graph: Graph, inherited: ReadonlySet<string>): Map<string, Set<string>> => {
  const at = new Map([[graph.StartAt, new Set(inherited)]]);
  const left = [graph.StartAt];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const state = graph.States[name];
    if (state === undefined) continue;
    for (const way of waysOf(state)) {
      const known = at.get(way.to);
      const reached = new Set([...(known ?? []), ...at.get(name)!, ...way.assigns]);
      if (known !== undefined && reached.size === known.size) continue;
      at.set(way.to, reached);
      left.push(way.to);
    }
  }
  return at;
};

const readable = (text: string): References | string => {
  try {
    return referencesOf(compile(text));
  } catch (thrown) {
    return `the expression does not compile: ${(thrown as { message?: string }).message ?? String(thrown)}`;
  }
};

const checkExpression = (text: string, place: Place, known: ReadonlySet<string>): string[] => {
  const found = readable(text);
  if (typeof found === 'string') return [found];
  const problems = [...found.problems];
  for (const name of found.variables) {
    if (name === 'eval') problems.push('$eval is not allowed in Step Functions.');
    else if (!FUNCTIONS.has(name) && !known.has(name)) problems.push(`the variable or function $${name} is not set on any way to this state. Set here: ${[...known].sort().map((one) => `$${one}`).join(', ') || 'none'}.`);
  }
  for (const part of found.states) if (!(place.sees as readonly string[]).includes(part)) problems.push(`$states.${part} is not to be seen here. Allowed: ${place.sees.map((one) => `$states.${one}`).join(', ')}.`);
  return problems;
};

const checkText = (text: string, place: Place, known: ReadonlySet<string>): string[] => {
  if (text.includes('${')) return [`'${text}' still has a placeholder. Give its value to substitute().`];
  if (isExpression(text)) return checkExpression(text, place, known);
  return text.includes('{%') || text.includes('%}') ? [`'${text}' is neither an expression nor plain text: {% must be its very beginning and %} its very end. Join texts inside with &.`] : [];
};

const assignedIn = (graph: Graph): Set<string> =>
  new Set(Object.values(graph.States).flatMap((state) => [
    ...('Assign' in state ? Object.keys(state.Assign ?? {}) : []),
    ...(state.Type === 'Choice' ? state.Choices.flatMap((rule) => Object.keys(rule.Assign ?? {})) : []),
    ...('Catch' in state ? (state.Catch ?? []).flatMap((catcher) => Object.keys(catcher.Assign ?? {})) : []),
  ]));

const checkNames = (name: string, places: readonly Place[], outer: ReadonlySet<string>, report: Report): void => {
  for (const { field, template } of places) {
    if (!field.endsWith('Assign')) continue;
    for (const variable of Object.keys(template as object)) {
      if (variable === 'states' || FUNCTIONS.has(variable)) report({ state: name, field: `${field}/${variable}`, problem: `$${variable} is reserved. Choose another name.` });
      if (outer.has(variable)) report({ state: name, field: `${field}/${variable}`, problem: `$${variable} belongs to a scope outside, which a state in here can read but not assign. Choose another name, or hand it out through Output.` });
    }
  }
};

/**
 * Checks every expression of a graph and those inside it. Scopes as in
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: inner states read outer variables and assign only their own.
 */
export const checkVariables = (graph: Graph, report: Report, inherited: ReadonlySet<string> = new Set(), outer: ReadonlySet<string> = new Set()): void => {
  const at = variablesAt(graph, inherited);
  const named = new Set([...outer, ...assignedIn(graph)]);
  for (const [name, state] of Object.entries(graph.States)) {
    const known = at.get(name) ?? new Set<string>();
    const places = placesOf(state);
    checkNames(name, places, outer, report);
    for (const place of places) {
      for (const { field, text, key } of stringsOf(place.template, place.field)) {
        if (key && text.endsWith('.$')) report({ state: name, field, problem: 'a key that ends with .$ belongs to JSONPath mode, which is not supported. Use an expression {% ... %} as its value.' });
        if (!key) for (const problem of checkText(text, place, known)) report({ state: name, field, problem });
      }
    }
    for (const inner of innerGraphs(state)) checkVariables(inner, report, known, named);
  }
};
