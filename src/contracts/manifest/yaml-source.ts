/** YAML text to a plain value in which every part still knows where it was written. */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type YAMLError, type YAMLMap } from 'yaml';
import type { FieldPath } from '../../domain/finding.ts';
import { fieldText, printable } from './issue.ts';
import { MAX_DEPTH, refuseBefore, TOO_DEEP } from './yaml-limits.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where one value was written. Offsets count from 0. */
interface Place {
  readonly key: number;
  readonly value: number;
  /** A plain (not quoted) scalar as it was written: `1.0` where the value is 1. */
  readonly source?: string;
  /** What is wrong inside is shown here: the use is wrong, not what it repeats. */
  readonly isAlias?: true;
  readonly children: ReadonlyMap<string | number, Place>;
}

export interface YamlSource {
  readonly value: unknown;
  /** The place of a field, or, where it is absent, of what it should stand in. */
  readonly locate: (path: FieldPath, at: 'key' | 'value') => Position;
  /** As written, when the field is a scalar without quotes. */
  readonly sourceOf: (path: FieldPath) => string | undefined;
}

export interface YamlFault extends Position {
  readonly path: string;
  readonly message: string;
  /** The line stands among settings or secrets. */
  readonly hidden: boolean;
}

export type YamlResult = { readonly ok: true; readonly source: YamlSource } | { readonly ok: false; readonly faults: readonly YamlFault[] };

const MAX_VALUES = 20_000;
const MAX_FAULTS = 10;

/** Never throws, whatever the text is. Takes one document of YAML 1.2 without tags, directives and merge keys. */
export function readYaml(given: string): YamlResult {
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  const position = positions(text);
  const refusal = refuseBefore(text);
  if (refusal) return { ok: false, faults: [fault(text, position(refusal.offset), '', refusal.message)] };
  const document = parseDocument(text, { version: '1.2', schema: 'core', merge: false, uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
  if (document.errors.length > 0) {
    return { ok: false, faults: document.errors.slice(0, MAX_FAULTS).map((error) => fault(text, position(error.pos[0]), '', syntaxMessage(error))) };
  }
  const reader = new Reader();
  const root = reader.read(document.contents, [], 0);
  if (reader.faults.length > 0) return { ok: false, faults: reader.faults.map(({ offset, path, message }) => fault(text, position(offset), path, message)) };
  return {
    ok: true,
    source: {
      value: root.value,
      locate: (path, at) => position(placeOf(root.place, path)[at]),
      sourceOf: (path) => exactPlace(root.place, path)?.source,
    },
  };
}

/** The deepest place on the way to `path`. An absent field is shown at the name of what it is missing from. */
function placeOf(root: Place, path: FieldPath): { key: number; value: number } {
  let place = root;
  for (const part of path) {
    const child = place.children.get(part);
    if (!child) return place.isAlias ? { key: place.value, value: place.value } : { key: place.key, value: place.key };
    place = child;
  }
  return place;
}

function exactPlace(root: Place, path: FieldPath): Place | undefined {
  return path.reduce<Place | undefined>((place, part) => place?.children.get(part), root);
}

const fault = (text: string, position: Position, path: string, message: string): YamlFault => ({ ...position, path, message: `${message}.`, hidden: amongSecrets(text, position.line) });

/** Whether a line, or one that it is indented under, is about settings or secrets. It works on text that is no YAML, so it errs to yes. */
function amongSecrets(text: string, line: number): boolean {
  const lines = text.split('\n', line);
  let indentation = Number.POSITIVE_INFINITY;
  for (const one of lines.reverse()) {
    if (one.trim() === '') continue;
    const own = one.search(/\S/);
    if (own < indentation && /\b(?:secrets|configuration)\b/.test(one)) return true;
    indentation = Math.min(indentation, own);
    if (indentation === 0) return false;
  }
  return false;
}

/** Offset -> line and column. The parser's own counter loses lines in broken flow collections (yaml 2.9.1; found by the property test). */
function positions(text: string): (offset: number) => Position {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
  return (offset) => {
    const within = Math.min(Math.max(0, offset), text.length);
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= within) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: within - (starts[low] ?? 0) + 1 };
  };
}

interface Read {
  readonly value: unknown;
  readonly place: Place;
}

/** Walks the nodes once. Aliases are read again where they stand, counted against the same limit, so a bomb only spends it. */
class Reader {
  readonly faults: { offset: number; path: string; message: string }[] = [];
  private readonly anchors = new Map<string, Node>();
  private values = 0;

  read(node: Node | null, path: FieldPath, key: number): Read {
    this.values += 1;
    const at = node?.range?.[0] ?? key;
    const empty = node === null || (isScalar(node) && node.value === null && node.source === '');
    const place = (children: Place['children'] = new Map(), source?: string): Place => ({ key, value: empty ? key : at, children, ...(source === undefined ? {} : { source }) });
    if (this.values > MAX_VALUES) return this.fault(at, path, `the file holds more than ${MAX_VALUES} values, counting what its aliases repeat`, place());
    if (path.length > MAX_DEPTH) return this.fault(at, path, TOO_DEEP, place());
    if (node === null) return { value: null, place: place() };
    if (isAlias(node)) return this.alias(node.source, at, path, key);
    const read = this.content(node, path, place);
    // Known from here on: an alias inside its own anchor finds nothing.
    if ('anchor' in node && typeof node.anchor === 'string') this.anchors.set(node.anchor, node);
    return read;
  }

  private content(node: Node, path: FieldPath, place: (children?: Place['children'], source?: string) => Place): Read {
    if (isMap(node)) return this.map(node, path, place);
    if (isSeq(node)) {
      const children = node.items.map((item, index) => this.read(item as Node | null, [...path, index], (item as Node | null)?.range?.[0] ?? node.range?.[0] ?? 0));
      return { value: children.map((child) => child.value), place: place(new Map(children.map((child, index) => [index, child.place]))) };
    }
    const scalar = isScalar(node) ? node : null;
    return { value: scalar?.value ?? null, place: place(undefined, scalar?.type === 'PLAIN' ? scalar.source : undefined) };
  }

  private map(node: YAMLMap, path: FieldPath, place: (children: Place['children']) => Place): Read {
    const value: Record<string, unknown> = {};
    const children = new Map<string, Place>();
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      const at = pair.key?.range?.[0] ?? node.range?.[0] ?? 0;
      const key = this.key(pair.key, at, path, children);
      if (key === null) continue;
      const child = this.read(pair.value, [...path, key], at);
      value[key] = child.value;
      children.set(key, child.place);
    }
    return { value, place: place(children) };
  }

  private key(node: Node | null, at: number, path: FieldPath, before: ReadonlyMap<string, Place>): string | null {
    const refuse = (message: string): null => {
      this.fault(at, path, message);
      return null;
    };
    if (!isScalar(node) || node.value === null) return refuse('a field needs a name, and a name is text. Write name: value');
    // A number or true as a name reads as it is written: `200:` is the name "200".
    const key = typeof node.value === 'string' ? node.value : (node.source ?? JSON.stringify(node.value));
    if (key === '<<') return refuse('merge keys (<<) are not taken. Write the fields out, or use an alias for a whole value');
    if (key === '__proto__') return refuse('"__proto__" cannot be a name. Choose another');
    if (before.has(key)) return refuse(`"${printable(key)}" is given twice. Keep one of the two`);
    return key;
  }

  private alias(name: string, at: number, path: FieldPath, key: number): Read {
    const target = this.anchors.get(name);
    const place: Place = { key, value: at, children: new Map(), isAlias: true };
    if (!target) return this.fault(at, path, `*${printable(name)} stands for nothing: no finished value before it has the anchor &${printable(name)}`, place);
    return { value: this.read(target, path, key).value, place };
  }

  private fault(offset: number, path: FieldPath, message: string, place: Place = { key: offset, value: offset, children: new Map() }): Read {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ offset, path: fieldText(path), message });
    return { value: null, place };
  }
}

const SYNTAX: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  TAB_AS_INDENT: 'a tab is used as indentation, and YAML takes only spaces. Replace it by spaces',
  MULTIPLE_DOCS: 'a second document begins here (---). One file holds one: remove the line, or make a second file',
  BLOCK_AS_IMPLICIT_KEY: 'a second ":" where one value was expected. Put the value in quotes, or check the indentation of this line and the next',
  MULTILINE_IMPLICIT_KEY: 'a name without its ":" on the same line. Write name: value, and check the indentation',
  BAD_SCALAR_START: 'a value cannot begin with this sign. Put the value in quotes',
  BAD_ALIAS: 'an alias or anchor is not written as it must be. Put the value in quotes, if it was meant as text',
};

function syntaxMessage(error: YAMLError): string {
  return SYNTAX[error.code] ?? `this is not YAML: ${printable(error.message, 200)}`;
}

