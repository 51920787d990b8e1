/**
 * Small machines by chance, over the states and fields that the local engine runs. They always end, every state can be reached, and what
 * they do does not hang on which branch is quicker: in a Parallel state only the first branch may fail, in a Map state one item is at work
 * at a time.
 */
import * as fc from 'fast-check';
import type { GeneratorValue } from 'fast-check';
import type { Answer, Runnable } from './scenario.ts';

type Pick = GeneratorValue;
interface Scope { readonly known: readonly string[]; readonly prefix: string; readonly safe: boolean; readonly depth: number }
interface Made { readonly graph: { StartAt: string; States: Record<string, object> }; readonly known: readonly string[] }

const PAST = '2026-01-01T00:00:00Z';
const ERRORS = ['Conflict', 'Worse', 'ProviderUnavailable'];
const TEXTS = ['', 'a', 'a "b"', 'line\nbreak', 'back\\slash', "it's", 'ünï 😀', '$x', '{%', '1'];
const STARTS = [{}, { a: 1 }, { a: 'x', list: [1, 2, 3] }, { a: null, list: [] }, { a: { b: [true] }, list: [{ a: 1 }, { a: 2 }] }, { list: [[1], []] }, 'a text', 7, null, [1, 'two']];

const one = <T>(pick: Pick, from: readonly T[]): T => pick(fc.constantFrom, ...from) as T;
const maybe = (pick: Pick, percent = 50): boolean => pick(fc.integer, { min: 1, max: 100 }) <= percent;
const code = (source: string): string => `{% ${source} %}`;
const text = (pick: Pick): string => JSON.stringify(one(pick, TEXTS));

/** Expressions that always have a value. */
const sure = (pick: Pick, sources: readonly string[]): string => {
  const of = one(pick, sources);
  return one(pick, [of, text(pick), String(pick(fc.integer, { min: -3, max: 99 })), 'true', 'null', `$exists(${of})`, `[${of}, 1]`, `{"k": ${of}, "t": ${text(pick)}}`, `$string(${of}) & ${text(pick)}`, `$count([${of}])`, `${of} = 1 ? "one" : "other"`, `$type(${of})`]);
};
/** And expressions that may find nothing, or throw. */
const risky = (pick: Pick, sources: readonly string[]): string => {
  const of = one(pick, sources);
  return one(pick, [`${of}.a`, `${of} + 1`, `${of}.list[0]`, `${of}.a.b`, `${of}.list.a`, `$sum(${of}.list)`, `$uppercase(${of})`, `$error("no")`]);
};
const expression = (pick: Pick, scope: Scope, more: readonly string[] = []): string => {
  const sources = ['$states.input', ...scope.known.map((name) => `$${name}`), ...more];
  // A variable may not be set on the way that was taken.
  if (scope.safe) return code(sure(pick, ['$states.input']));
  return code(maybe(pick, 88) ? sure(pick, ['$states.input', ...more]) : risky(pick, sources));
};
const template = (pick: Pick, make: () => unknown): unknown => one(pick, [make(), { a: make(), fixed: [make(), 1] }, { list: [1, make()] }]);

class Builder {
  readonly answers: Record<string, readonly Answer[]> = {};
  readonly pick: Pick;
  #names = 0;
  constructor(pick: Pick) { this.pick = pick; }

  name(type: string): string { return `${type}${(this.#names += 1)}`; }

  /** Assign and Output, of a state whose errors nothing catches: there both interpreters end. */
  ends(scope: Scope, more: readonly string[] = []): { fields: object; assigned: string[] } {
    const assigned = maybe(this.pick, 60) ? [`${scope.prefix}${one(this.pick, ['x', 'y', 'z'])}`] : [];
    return {
      fields: {
        ...(assigned.length === 0 ? {} : { Assign: Object.fromEntries(assigned.map((name) => [name, template(this.pick, () => expression(this.pick, scope, more))])) }),
        ...(maybe(this.pick) ? { Output: template(this.pick, () => expression(this.pick, scope, more)) } : {}),
      },
      assigned,
    };
  }

  answer(scope: Scope): Answer {
    const good: Answer = { result: one(this.pick, STARTS) };
    if (scope.safe || maybe(this.pick, 60)) return good;
    return one<Answer>(this.pick, [{ error: one(this.pick, ERRORS), message: one(this.pick, TEXTS) }, { service: 'TooManyRequestsException' }, { service: 'ServiceException' }, 'never']);
  }

  recovery(scope: Scope, later: readonly string[]): object {
    const names = (): string[] => one(this.pick, [[one(this.pick, ERRORS)], ERRORS.slice(0, 2), ['Lambda.TooManyRequestsException'], ['States.Timeout'], ['States.TaskFailed']]);
    const all = [['States.ALL']];
    // Not the whole error output: causes are in each interpreter's own words.
    const caught = { ...scope, safe: true };
    return {
      ...(maybe(this.pick) ? { Retry: [...(maybe(this.pick) ? [names()] : []), ...(maybe(this.pick) ? all : [names()])].map((ErrorEquals) => ({ ErrorEquals, MaxAttempts: this.pick(fc.integer, { min: 0, max: 2 }), IntervalSeconds: 1, JitterStrategy: 'FULL' })) } : {}),
      ...(maybe(this.pick) ? { Catch: [...(maybe(this.pick) ? [names()] : []), ...(maybe(this.pick) ? all : [names()])].map((ErrorEquals) => ({ ErrorEquals, Next: one(this.pick, later), Output: { caught: code('$states.errorOutput.Error'), was: expression(this.pick, caught) }, ...(maybe(this.pick) ? { Assign: { [`${scope.prefix}e`]: code('$states.errorOutput.Error') } } : {}) })) } : {}),
    };
  }

  state(type: string, scope: Scope, later: readonly string[]): { state: object; assigned: string[] } {
    const { pick } = this;
    const { fields, assigned } = this.ends(scope);
    const inside = { ...scope, prefix: `${scope.prefix}i`, depth: scope.depth + 1 };
    // Whether a state's Catch sees errors of its own Output and Assign, or of a Parallel state's Arguments, is not documented: they have none.
    const after = (result: string) => this.ends({ ...scope, safe: true }, [result]);
    switch (type) {
      case 'Task': {
        const name = this.name('f');
        this.answers[name] = Array.from({ length: pick(fc.integer, { min: 1, max: 3 }) }, () => this.answer(scope));
        const ends = after('$states.result.Payload');
        return { state: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: name, Payload: template(pick, () => expression(pick, scope)) }, TimeoutSeconds: 60, Output: code('$states.result.Payload'), ...ends.fields, ...(scope.safe ? {} : this.recovery(scope, later)) }, assigned: ends.assigned };
      }
      case 'Wait': return { state: { Type: 'Wait', ...one(pick, [{ Seconds: 0 }, { Seconds: code('0') }, { Timestamp: PAST }, { Timestamp: code(`"${PAST}"`) }]), ...fields }, assigned };
      case 'Choice': {
        const rule = () => ({ Condition: code(maybe(pick, 92) || scope.safe ? one(pick, ['true', 'false', '$states.input = 7', '$exists($states.input.a)', '$count($states.input.list) > 1']) : one(pick, ['$states.input.a', '1'])), Next: one(pick, later), ...this.ends(scope).fields });
        return { state: { Type: 'Choice', Choices: Array.from({ length: pick(fc.integer, { min: 1, max: 3 }) }, rule), Default: later[0], ...fields }, assigned };
      }
      case 'Parallel': {
        const ends = after('$states.result');
        return { state: { Type: 'Parallel', ...(maybe(pick) ? { Arguments: template(pick, () => expression(pick, { ...scope, safe: true })) } : {}), Branches: [this.graph(inside).graph, this.graph({ ...inside, prefix: `${inside.prefix}j`, safe: true }).graph], ...ends.fields, ...(scope.safe ? {} : this.recovery(scope, later)) }, assigned: ends.assigned };
      }
      case 'Map': {
        const ends = after('$states.result');
        const items = one(pick, [[1, 'two', { a: 3 }], [], code('[1..3]'), ...(scope.safe ? [] : [code('$states.input.list'), code('$states.input')])]);
        return { state: { Type: 'Map', Items: items, MaxConcurrency: 1, ...(maybe(pick) ? { ItemSelector: { item: code('$states.context.Map.Item.Value'), at: code('$states.context.Map.Item.Index'), from: expression(pick, { ...scope, safe: true }) } } : {}), ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...this.graph(inside).graph }, ...ends.fields, ...(scope.safe ? {} : this.recovery(scope, later)) }, assigned: ends.assigned };
      }
      default: return { state: { Type: 'Pass', ...fields }, assigned };
    }
  }

  graph(scope: Scope): Made {
    const { pick } = this;
    const types = ['Pass', 'Task', 'Wait', 'Choice', 'Task', ...(scope.depth < 2 ? ['Parallel', 'Map'] : [])];
    const chosen = Array.from({ length: pick(fc.integer, { min: 1, max: scope.depth === 0 ? 4 : 2 }) }, () => one(pick, types));
    const names = chosen.map((type) => this.name(type));
    const [good, bad] = [this.name('Good'), this.name('Bad')];
    const States: Record<string, object> = {};
    let { known } = scope;
    for (const [at, type] of chosen.entries()) {
      const later = [...names.slice(at + 1), good, ...(scope.safe ? [] : [bad])];
      const { state, assigned } = this.state(type, { ...scope, known }, later);
      States[names[at]!] = { ...state, ...(type === 'Choice' ? {} : { Next: later[0] }) };
      known = [...new Set([...known, ...assigned])];
    }
    States[good] = maybe(pick) ? { Type: 'Succeed', ...(maybe(pick) ? { Output: template(pick, () => expression(pick, { ...scope, known })) } : {}) } : { Type: 'Pass', ...this.ends({ ...scope, known }).fields, End: true };
    if (JSON.stringify(States).includes(`"${bad}"`)) States[bad] = { Type: 'Fail', Error: one(pick, ['Worse', 'States.Timeout', code('"Error" & $string(1)')]), Cause: one(pick, TEXTS.slice(1, 4)) };
    return { graph: { StartAt: names[0]!, States }, known };
  }
}

export interface RandomMachine { readonly machines: Readonly<Record<string, { readonly definition: unknown }>>; readonly run: Runnable }

/** A machine, its input and what its functions answer. */
export function randomMachine(pick: Pick): RandomMachine {
  const builder = new Builder(pick);
  const { graph } = builder.graph({ known: [], prefix: 'v', safe: false, depth: 0 });
  return {
    machines: { pipeline: { definition: { QueryLanguage: 'JSONata', ...graph } } },
    run: { machine: 'pipeline', name: 'by chance', input: one(pick, STARTS), answers: builder.answers },
  };
}
