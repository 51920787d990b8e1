/** Two answers to the same request: where they differ. Pure. */
import type { Answer } from './answer.ts';
import { compilePattern, elementOf, memberOf } from './field-path.ts';
import type { ComparisonRule } from './rule.ts';

/** Field -> what each of the two had, as text; undefined where it had none. */
export type Differences = ReadonlyMap<string, readonly [one: string | undefined, other: string | undefined]>;

/** A comparison stops being useful long before: the rest counts as one field. */
const FIELDS_MAX = 100;
const NODES_MAX = 50_000;
const DEPTH_MAX = 64;
export const BEYOND = '(beyond the limit of a comparison)';

type CompiledRule = Pick<ComparisonRule, 'headers'> & {
  readonly ignored: (path: string) => boolean;
  readonly near: (path: string, one: number, other: number) => boolean;
};

/** Compiled once per rule; @returns compares two answers. Objects by member, arrays by place, all else by value. */
export function comparer(rule: Pick<ComparisonRule, 'headers' | 'ignore' | 'tolerances'>): (one: Answer, other: Answer) => Differences {
  const ignores = rule.ignore.map(compilePattern);
  const tolerances = rule.tolerances.map(({ field, absolute, relative }) => ({ covers: compilePattern(field), absolute, relative }));
  const compiled: CompiledRule = {
    headers: rule.headers,
    ignored: (path) => ignores.some((covers) => covers(path)),
    near: (path, one, other) => tolerances.some(({ covers, absolute, relative }) => covers(path) && Math.abs(one - other) <= Math.max(absolute, relative * Math.max(Math.abs(one), Math.abs(other)))),
  };
  return (one, other) => new Comparison(compiled).of(one, other);
}

class Comparison {
  private readonly rule: CompiledRule;
  private readonly found = new Map<string, readonly [string | undefined, string | undefined]>();
  private nodes = 0;

  constructor(rule: CompiledRule) {
    this.rule = rule;
  }

  of(one: Answer, other: Answer): Differences {
    if (one.kind === 'none' || other.kind === 'none') {
      if (one.kind !== other.kind) this.note('answer', answerText(one), answerText(other));
      return this.found;
    }
    if (one.status !== other.status) this.note('status', String(one.status), String(other.status));
    for (const name of this.rule.headers) if (one.headers[name] !== other.headers[name]) this.note(`header ${name}`, one.headers[name], other.headers[name]);
    if (one.body.kind === 'json' && other.body.kind === 'json') this.values('$', one.body.value, other.body.value, 0);
    else if (one.body.kind === 'json' || other.body.kind === 'json') this.note('body', bodyText(one), bodyText(other));
    else if (one.body.digest !== other.body.digest) this.note('body', bodyText(one), bodyText(other));
    return this.found;
  }

  private values(path: string, one: unknown, other: unknown, depth: number): void {
    if (Object.is(one, other) || this.rule.ignored(path)) return;
    if (++this.nodes > NODES_MAX || depth > DEPTH_MAX || this.found.size >= FIELDS_MAX) return void this.found.set(BEYOND, [undefined, undefined]);
    if (typeof one === 'number' && typeof other === 'number' && this.rule.near(path, one, other)) return;
    if (Array.isArray(one) && Array.isArray(other)) return this.arrays(path, one, other, depth);
    if (isObject(one) && isObject(other)) return this.objects(path, one, other, depth);
    this.note(path, textOf(one), textOf(other));
  }

  private arrays(path: string, one: readonly unknown[], other: readonly unknown[], depth: number): void {
    const length = `${path}.length`;
    if (one.length !== other.length && !this.rule.ignored(length)) this.note(length, String(one.length), String(other.length));
    for (let index = 0; index < Math.min(one.length, other.length) && this.nodes <= NODES_MAX; index++) this.values(elementOf(path), one[index], other[index], depth + 1);
  }

  private objects(path: string, one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>, depth: number): void {
    for (const name of Object.keys(one)) if (this.nodes <= NODES_MAX) this.values(memberOf(path, name), one[name], Object.hasOwn(other, name) ? other[name] : undefined, depth + 1);
    for (const name of Object.keys(other)) if (!Object.hasOwn(one, name) && this.nodes <= NODES_MAX) this.values(memberOf(path, name), undefined, other[name], depth + 1);
  }

  /** The first difference of a field stands for all of it. */
  private note(field: string, one: string | undefined, other: string | undefined): void {
    if (!this.found.has(field)) this.found.set(field, [one, other]);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : Array.isArray(value) ? 'a list' : isObject(value) ? 'an object' : JSON.stringify(value));
const answerText = (answer: Answer): string => (answer.kind === 'none' ? `no answer: ${answer.reason}` : `an answer of ${answer.status}`);

function bodyText(answer: Answer & { kind: 'answer' }): string {
  const { body } = answer;
  return body.kind === 'json' ? 'JSON' : `${body.length} bytes, sha256 ${body.digest.slice(0, 12)}`;
}
