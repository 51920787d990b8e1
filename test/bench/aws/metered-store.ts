/**
 * Counts the units that DynamoDB would bill for what goes through a store: strongly consistent reads in steps of 4 KB (a query: of all its
 * items together), transactional writes in steps of 1 KB, twice.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
import type { Item, ItemKey, ItemStore, Write } from '../../../src/ports/item-store.ts';

export interface Units {
  readUnits: number;
  writeUnits: number;
  /** Requests to the table. */
  calls: number;
}

export const noUnits = (): Units => ({ readUnits: 0, writeUnits: 0, calls: 0 });

const READ_BYTES = 4096;
const WRITE_BYTES = 1024;
const TRANSACTIONAL = 2;
/** Names of the attributes, the generation and the time to live, as src/adapters/aws/dynamodb-store/stored-item.ts stores them. */
const OVERHEAD_BYTES = 60;

const sizeOf = ({ partition, sort }: ItemKey, value: unknown): number => Buffer.byteLength(partition) + Buffer.byteLength(sort) + Buffer.byteLength(value === undefined ? '' : JSON.stringify(value)) + OVERHEAD_BYTES;
const itemBytes = (item: Item): number => sizeOf(item, item.value);
const steps = (bytes: number, step: number): number => Math.max(1, Math.ceil(bytes / step));

/** @param into is added to with each call */
export function meteredStore(store: ItemStore, into: () => Units): ItemStore {
  return {
    get: async <T>(key: ItemKey) => {
      const item = await store.get<T>(key);
      const units = into();
      units.calls += 1;
      units.readUnits += item === undefined ? 1 : steps(itemBytes(item), READ_BYTES);
      return item;
    },
    query: async <T>(partition: string, prefix: string, page: Parameters<ItemStore['query']>[2]) => {
      const answer = await store.query<T>(partition, prefix, page);
      const units = into();
      const bytes = answer.items.reduce((sum, item) => sum + itemBytes(item), 0);
      // DynamoDB ends a page at 1 MB: more is more requests.
      units.calls += steps(bytes, 2 ** 20);
      units.readUnits += steps(bytes, READ_BYTES);
      return answer;
    },
    transact: async (writes) => {
      const units = into();
      units.calls += 1;
      units.writeUnits += writes.reduce((sum, write) => sum + TRANSACTIONAL * steps(writtenBytes(write), WRITE_BYTES), 0);
      await store.transact(writes);
    },
  };
}

/** A delete is billed by the item that goes, whose size is not known here: what a write of a mark or lease is, one step. */
const writtenBytes = (write: Write): number => (write.kind === 'put' ? sizeOf(write.key, write.value) : sizeOf(write.key, undefined));
