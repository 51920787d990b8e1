/** What may be stored: a value that reads back exactly as it was written. */
import { InvalidInput, LimitExceeded } from '../../domain/errors.ts';
import { ITEM_BYTES_MAX } from '../../ports/item-store.ts';

/** Deeper than anything written here; keeps a hostile value from exhausting the stack. */
const DEPTH_MAX = 100;

interface Walk {
  readonly ancestors: Set<object>;
  /** Every value takes at least one byte, so more values than bytes cannot fit; also bounds shared branches that multiply. */
  left: number;
}

const refuse = (path: string, what: string): never => {
  throw new InvalidInput(`The value at ${path} is ${what}, which JSON cannot hold. Store null, a boolean, a finite number, a string, an array or a plain object, and leave absent fields out.`, { path });
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty'));
};

function walkChildren(value: object, path: string, walk: Walk): void {
  if (walk.ancestors.has(value)) refuse(path, 'part of a cycle');
  if (walk.ancestors.size >= DEPTH_MAX) refuse(path, `nested deeper than ${DEPTH_MAX} levels`);
  walk.ancestors.add(value);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) walkValue(value[i], `${path}[${i}]`, walk);
  } else {
    if (!isPlain(value)) refuse(path, `an instance of ${value.constructor?.name ?? 'a class'}`);
    if (Object.getOwnPropertySymbols(value).length > 0) refuse(path, 'an object with symbols for keys');
    for (const [key, child] of Object.entries(value)) walkValue(child, `${path}.${key}`, walk);
  }
  walk.ancestors.delete(value);
}

function walkValue(value: unknown, path: string, walk: Walk): void {
  walk.left -= 1;
  if (walk.left < 0) throw new LimitExceeded(`The value holds more parts than an item has bytes (${ITEM_BYTES_MAX}). Split it over several items.`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(path, String(value));
    return;
  }
  if (typeof value !== 'object') return refuse(path, typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`);
  walkChildren(value, path, walk);
}

/**
 * The JSON text of a value. Refuses what `JSON.stringify` would drop or change without a word; only -0 becomes 0.
 * @throws InvalidInput naming the path of the first part that is not JSON
 * @throws LimitExceeded for more parts than an item has bytes
 */
export function jsonText(value: unknown): string {
  walkValue(value, 'value', { ancestors: new Set(), left: ITEM_BYTES_MAX });
  return JSON.stringify(value);
}
