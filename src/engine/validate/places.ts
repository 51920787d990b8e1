/** Every place of a state where a template stands, and what its expressions may see there. */
import { isExpression, type Graph, type Machine, type State } from '../asl.ts';

export interface Place { readonly field: string; readonly template: unknown; readonly sees: readonly ('input' | 'context' | 'result' | 'errorOutput')[] }

const ALWAYS = ['input', 'context'] as const;

const leaving = (fields: { Assign?: unknown; Output?: unknown }, prefix: string, sees: Place['sees']): Place[] => [
  { field: `${prefix}Assign`, template: fields.Assign, sees },
  { field: `${prefix}Output`, template: fields.Output, sees },
];

/** The places of a state; those of the states inside a Parallel or Map belong to them. */
export const placesOf = (state: State): Place[] => {
  const places: Place[] = [];
  const own = (...fields: string[]): void => {
    for (const field of fields) places.push({ field, template: (state as unknown as Record<string, unknown>)[field], sees: ALWAYS });
  };
  const working = state.Type === 'Task' || state.Type === 'Parallel' || state.Type === 'Map';
  if (state.Type !== 'Fail') places.push(...leaving(state, '', working ? [...ALWAYS, 'result'] : ALWAYS));
  if (state.Type === 'Task') own('Arguments', 'TimeoutSeconds', 'HeartbeatSeconds');
  if (state.Type === 'Parallel') own('Arguments');
  if (state.Type === 'Map') own('Items', 'ItemSelector', 'MaxConcurrency');
  if (state.Type === 'Wait') own('Seconds', 'Timestamp');
  if (state.Type === 'Fail') own('Error', 'Cause');
  if (state.Type === 'Choice') {
    for (const [index, rule] of state.Choices.entries()) {
      places.push({ field: `Choices[${index}]/Condition`, template: rule.Condition, sees: ALWAYS }, ...leaving(rule, `Choices[${index}]/`, ALWAYS));
    }
  }
  if (working) for (const [index, catcher] of (state.Catch ?? []).entries()) places.push(...leaving(catcher, `Catch[${index}]/`, [...ALWAYS, 'errorOutput']));
  return places.filter(({ template }) => template !== undefined);
};

/** Every string of a template with the field that it stands in, keys included as `.../key#`. */
export const stringsOf = (template: unknown, field: string): { field: string; text: string; key: boolean }[] => {
  if (typeof template === 'string') return [{ field, text: template, key: false }];
  if (Array.isArray(template)) return template.flatMap((item, index) => stringsOf(item, `${field}[${index}]`));
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([key, value]) => [{ field: `${field}/${key}`, text: key, key: true }, ...stringsOf(value, `${field}/${key}`)]);
};

/** The graphs directly inside a state. */
export const innerGraphs = (state: State): Graph[] => (state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : []);

/** Every `{% ... %}` of a machine, so that a test can compile them with another jsonata. */
export const expressionsOf = (machine: Machine | Graph): string[] =>
  Object.values(machine.States).flatMap((state) => [
    ...placesOf(state).flatMap(({ field, template }) => stringsOf(template, field)).filter(({ text, key }) => !key && isExpression(text)).map(({ text }) => text.slice(2, -2).trim()),
    ...innerGraphs(state).flatMap(expressionsOf),
  ]);
