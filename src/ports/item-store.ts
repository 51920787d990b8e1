/**
 * The one store of state: keyed items with conditional, atomic writes. Adapters: DynamoDB and node:sqlite, both held to
 * test/contract/item-store.ts.
 */
export interface ItemKey {
  readonly partition: string;
  readonly sort: string;
}

/** A stored item. `generation` counts its writes from 1; the store raises it, never the caller. */
export interface Item<T = unknown> extends ItemKey {
  readonly generation: number;
  readonly value: T;
  /** Epoch seconds after which a sweep may remove it. Never a deadline: expiry is decided by the clock. */
  readonly expiresAtSeconds?: number;
}

/** What must hold for a write: the item is absent, or its generation is exactly this. */
export type Condition = { readonly absent: true } | { readonly generation: number };

export type Write =
  | { readonly kind: 'put'; readonly key: ItemKey; readonly value: unknown; readonly condition: Condition; readonly expiresAtSeconds?: number }
  | { readonly kind: 'delete'; readonly key: ItemKey; readonly condition: Condition }
  | { readonly kind: 'check'; readonly key: ItemKey; readonly condition: Condition };

export interface Page {
  /** At most this many items, 1 to 1000. */
  readonly limit: number;
  /** `next` of the page before, unchanged. */
  readonly after?: string;
  /** Items behind this sort key in the order asked for, whether it is there or not. Not together with `after`. */
  readonly behind?: string;
  readonly order?: 'ascending' | 'descending';
}

export interface QueryResult<T = unknown> {
  readonly items: readonly Item<T>[];
  /** Present when there are more. */
  readonly next?: string;
  readonly consistency: 'strong' | 'eventual';
}

export const TRANSACTION_ITEMS_MAX = 100;
export const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;
/** DynamoDB's limit for one item; https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const ITEM_BYTES_MAX = 400 * 1024;

export interface ItemStore {
  /** Strongly consistent. */
  get<T = unknown>(key: ItemKey): Promise<Item<T> | undefined>;
  /** Items of a partition whose sort key begins with `prefix`, in the order of their sort keys (bytes of UTF-8). */
  query<T = unknown>(partition: string, prefix: string, page: Page): Promise<QueryResult<T>>;
  /**
   * All writes or none. No item twice.
   * @throws Conflict with evidence `{ failed: [{ key, condition, found: generation | null }] }`
   * @throws LimitExceeded over 100 items, 4 MB, or 400 KB for one item; StorageFull when the disk is full
   * @throws InvalidInput for an item named twice or a value that is not JSON
   */
  transact(writes: readonly Write[]): Promise<void>;
}
