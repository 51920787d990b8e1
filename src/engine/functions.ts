/** The functions that Step Functions adds to JSONata, and those whose result must come from the turn instead of the machine. */
import { createHash } from 'node:crypto';
import jsonata from 'jsonata';

/** https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
export const ADDED_FUNCTIONS = ['partition', 'range', 'hash', 'random', 'uuid', 'parse'] as const;
const ALGORITHMS = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;
const RANGE_ITEMS_MAX = 1000;

/** Time and chance of one turn. */
export interface TurnSource { readonly now: number; bytes(): Buffer }

const partition = (list: unknown, size: unknown): unknown => {
  if (list === undefined) return undefined;
  if (!Number.isInteger(size) || (size as number) < 1) throw new Error('$partition(array, size) needs a size that is a whole number of at least 1');
  const items: unknown[] = Array.isArray(list) ? list : [list];
  const parts: unknown[][] = [];
  for (let at = 0; at < items.length; at += size as number) parts.push(items.slice(at, at + (size as number)));
  return parts;
};

const range = (first: unknown, last: unknown, delta: unknown): number[] => {
  if (![first, last, delta].every((value) => typeof value === 'number' && Number.isFinite(value)) || delta === 0) throw new Error('$range(first, last, step) needs three numbers, and a step other than 0');
  const [from, to, by] = [first as number, last as number, delta as number];
  const count = Math.max(0, Math.floor((to - from) / by + 1e-9) + 1);
  if (count > RANGE_ITEMS_MAX) throw new Error(`$range would have ${count} items; the limit is ${RANGE_ITEMS_MAX}`);
  return Array.from({ length: count }, (_, index) => from + index * by);
};

const hash = (data: unknown, algorithm: unknown): string => {
  const known = typeof algorithm === 'string' && Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm as keyof typeof ALGORITHMS] : undefined;
  if (known === undefined) throw new Error(`$hash knows the algorithms ${Object.keys(ALGORITHMS).join(', ')}`);
  return createHash(known).update(typeof data === 'string' ? data : JSON.stringify(data)).digest('hex');
};

const fraction = (bytes: Buffer): number => bytes.readUIntBE(0, 6) / 2 ** 48;

const uuid = (bytes: Buffer): string => {
  const copy = Buffer.from(bytes.subarray(0, 16));
  copy[6] = (copy[6]! & 0x0f) | 0x40;
  copy[8] = (copy[8]! & 0x3f) | 0x80;
  return copy.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** JSONata's own would draw from the machine, and the same turn would not be the same twice. */
const shuffle = (list: unknown, source: TurnSource): unknown => {
  if (list === undefined) return undefined;
  const items: unknown[] = Array.isArray(list) ? [...(list as unknown[])] : [list];
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = Math.floor(fraction(source.bytes()) * (at + 1));
    [items[at], items[other]] = [items[other], items[at]];
  }
  return items;
};

const formatMillis = jsonata('$fromMillis($at, $picture, $zone)');

/** Bindings for one evaluation. `$eval` is taken away, as in Step Functions. */
export const functionBindings = (source: TurnSource): Record<string, unknown> => ({
  eval: undefined,
  partition,
  range,
  hash,
  parse: (text: unknown): unknown => {
    if (typeof text !== 'string') throw new Error('$parse needs a string of JSON');
    return JSON.parse(text);
  },
  random: (seed: unknown): number => fraction(seed === undefined ? source.bytes() : createHash('sha256').update(`random:${JSON.stringify(seed)}`).digest()),
  shuffle: (list: unknown): unknown => shuffle(list, source),
  uuid: (): string => uuid(source.bytes()),
  millis: (): number => source.now,
  now: (picture: unknown, zone: unknown): unknown =>
    picture === undefined && zone === undefined ? new Date(source.now).toISOString() : formatMillis.evaluate(undefined, { at: source.now, picture, zone }),
});
