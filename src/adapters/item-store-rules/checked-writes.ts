/** The limits of the port, checked before any store is asked, so that both adapters refuse the same things in the same words. */
import { InvalidInput, LimitExceeded } from '../../domain/errors.ts';
import type { Condition, ItemKey, Write } from '../../ports/item-store.ts';
import { ITEM_BYTES_MAX, TRANSACTION_BYTES_MAX, TRANSACTION_ITEMS_MAX } from '../../ports/item-store.ts';
import { jsonText } from './json-value.ts';

/** DynamoDB's limits for keys, https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const PARTITION_BYTES_MAX = 2048;
export const SORT_BYTES_MAX = 1024;
/** Attribute names (44 bytes) and two numbers (21 bytes each at most), which DynamoDB counts into an item. */
const ITEM_OVERHEAD_BYTES = 100;

/** A write that keeps every limit; a put carries its value as text, so what the caller does to the object later changes nothing. */
export type CheckedWrite =
  | { readonly kind: 'put'; readonly key: ItemKey; readonly condition: Condition; readonly json: string; readonly expiresAtSeconds: number | undefined }
  | { readonly kind: 'delete' | 'check'; readonly key: ItemKey; readonly condition: Condition };

function checkKeyPart(name: 'partition' | 'sort', text: unknown, maxBytes: number): void {
  if (typeof text !== 'string' || text === '') throw new InvalidInput(`The ${name} key is empty. Give a text of 1 to ${maxBytes} bytes.`);
  if (!text.isWellFormed()) throw new InvalidInput(`The ${name} key holds half of a surrogate pair, which UTF-8 cannot express. Give well-formed text.`);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw new InvalidInput(`The ${name} key has ${bytes} bytes, ${maxBytes} are allowed. Shorten it.`, { bytes, maxBytes });
}

/** @throws InvalidInput for a key that one of the stores could not hold */
export function checkKey(key: ItemKey): void {
  checkKeyPart('partition', key.partition, PARTITION_BYTES_MAX);
  checkKeyPart('sort', key.sort, SORT_BYTES_MAX);
}

function checkCondition(condition: Condition): Condition {
  if ('absent' in condition) return { absent: true };
  if (Number.isSafeInteger(condition.generation) && condition.generation >= 1) return { generation: condition.generation };
  throw new InvalidInput(`A condition asks for generation ${condition.generation}. Generations are whole numbers from 1; use { absent: true } for an item that must not exist.`);
}

function checkExpiry(seconds: number | undefined): number | undefined {
  if (seconds === undefined || (Number.isSafeInteger(seconds) && seconds >= 0)) return seconds;
  throw new InvalidInput(`expiresAtSeconds is ${seconds}. Give whole seconds since the epoch.`);
}

function checkWrite(write: Write): CheckedWrite {
  checkKey(write.key);
  const key = { partition: write.key.partition, sort: write.key.sort };
  const condition = checkCondition(write.condition);
  if (write.kind !== 'put') return { kind: write.kind, key, condition };
  return { kind: 'put', key, condition, json: jsonText(write.value), expiresAtSeconds: checkExpiry(write.expiresAtSeconds) };
}

/** Bytes that a write counts against the limits: UTF-8 of keys and JSON text, plus the fixed part of an item. */
function bytesOf(write: CheckedWrite): number {
  const value = write.kind === 'put' ? Buffer.byteLength(write.json) : 0;
  return Buffer.byteLength(write.key.partition) + Buffer.byteLength(write.key.sort) + value + ITEM_OVERHEAD_BYTES;
}

/**
 * Checks every rule that does not need the stored state.
 * @throws LimitExceeded over 100 writes, 4 MB in all, or 400 KB for one item
 * @throws InvalidInput for an item named twice, a key or condition out of range, or a value that is not JSON
 */
export function checkWrites(writes: readonly Write[]): readonly CheckedWrite[] {
  if (writes.length > TRANSACTION_ITEMS_MAX) {
    throw new LimitExceeded(`A transaction of ${writes.length} writes was refused, ${TRANSACTION_ITEMS_MAX} are allowed. Split it.`, { writes: writes.length });
  }
  const seen = new Set<string>();
  let total = 0;
  return writes.map((write) => {
    const checked = checkWrite(write);
    const name = JSON.stringify([checked.key.partition, checked.key.sort]);
    if (seen.has(name)) throw new InvalidInput(`The item ${name} is named twice in one transaction. Merge its writes into one.`, { key: checked.key });
    seen.add(name);
    const bytes = bytesOf(checked);
    if (bytes > ITEM_BYTES_MAX) throw new LimitExceeded(`The item ${name} would take ${bytes} bytes, ${ITEM_BYTES_MAX} are allowed. Split it over several items.`, { key: checked.key, bytes });
    total += bytes;
    if (total > TRANSACTION_BYTES_MAX) throw new LimitExceeded(`A transaction of more than ${TRANSACTION_BYTES_MAX} bytes was refused. Split it.`, { bytes: total });
    return checked;
  });
}
