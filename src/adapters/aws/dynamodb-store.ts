/** The item store on one DynamoDB table. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ItemStore, QueryResult } from '../../ports/item-store.ts';
import { checkKey, checkWrites } from '../item-store-rules/checked-writes.ts';
import { type CheckedQuery, checkQuery, nextToken } from '../item-store-rules/paging.ts';
import type { TableCalls } from './calls/service-calls.ts';
import { tableFault } from './dynamodb-store/fault.ts';
import { type Pause, withPatience } from './dynamodb-store/patience.ts';
import { itemOf, keyAttributes, transactItem } from './dynamodb-store/stored-item.ts';

export interface DynamoStoreOptions {
  readonly call: TableCalls;
  /** Keys `partition` (hash) and `sort` (range), both strings; time to live on `expiresAtSeconds`. */
  readonly table: string;
  /** How to wait between attempts; tests hand in one that does not. */
  readonly pause?: Pause;
}

function queryInput(table: string, { partition, prefix, order, afterSort }: CheckedQuery) {
  const names = { '#partition': 'partition' };
  const values: Record<string, AttributeValue> = { ':partition': { S: partition } };
  // A key condition may not hold an empty text, so no prefix means no second condition.
  const all = prefix === '';
  return {
    TableName: table,
    ConsistentRead: true,
    ScanIndexForward: order === 'ascending',
    KeyConditionExpression: all ? '#partition = :partition' : '#partition = :partition AND begins_with(#sort, :prefix)',
    ExpressionAttributeNames: all ? names : { ...names, '#sort': 'sort' },
    ExpressionAttributeValues: all ? values : { ...values, ':prefix': { S: prefix } },
    ...(afterSort === undefined ? {} : { ExclusiveStartKey: keyAttributes({ partition, sort: afterSort }) }),
  };
}

/** Reads until one item more than asked for is there, or no more are: DynamoDB ends a page at 1 MB, and may say "more" when there are none. */
async function readPage<T>(call: TableCalls, table: string, query: CheckedQuery, pause: Pause): Promise<QueryResult<T>> {
  const input = queryInput(table, query);
  const raw: unknown[] = [];
  let from: Record<string, AttributeValue> | undefined = input.ExclusiveStartKey;
  do {
    const turn = { ...input, Limit: query.limit + 1 - raw.length, ...(from === undefined ? {} : { ExclusiveStartKey: from }) };
    const answer = await withPatience(() => call('Query', turn), pause);
    raw.push(...(answer.Items ?? []));
    from = answer.LastEvaluatedKey;
  } while (from !== undefined && raw.length <= query.limit);
  const items = raw.slice(0, query.limit).map((one) => itemOf<T>(one));
  const last = items.at(-1);
  return raw.length > query.limit && last !== undefined ? { items, next: nextToken(query, last.sort), consistency: 'strong' } : { items, consistency: 'strong' };
}

/**
 * The store over a table that exists. Reads are strongly consistent. An item that was deleted, or swept by the time to
 * live, and put again begins at generation 1 again.
 */
export function createDynamoStore({ call, table, pause = sleep }: DynamoStoreOptions): ItemStore {
  const told = async <R>(doing: string, work: () => Promise<R>): Promise<R> => {
    try {
      return await work();
    } catch (error) {
      throw tableFault(error, doing);
    }
  };
  return {
    get: async <T>(key: Parameters<ItemStore['get']>[0]) => {
      checkKey(key);
      return told('read', async () => {
        const { Item } = await withPatience(() => call('GetItem', { TableName: table, Key: keyAttributes(key), ConsistentRead: true }), pause);
        return Item === undefined ? undefined : itemOf<T>(Item);
      });
    },
    query: async <T>(partition: string, prefix: string, page: Parameters<ItemStore['query']>[2]) => {
      const query = checkQuery(partition, prefix, page);
      return told('query', () => readPage<T>(call, table, query, pause));
    },
    transact: async (writes) => {
      const checked = checkWrites(writes);
      if (checked.length === 0) return;
      // One token for all attempts: when an answer was lost, the repetition of a done transaction succeeds and changes nothing.
      const transaction = { TransactItems: checked.map((write) => transactItem(table, write)), ClientRequestToken: randomUUID() };
      try {
        await withPatience(() => call('TransactWriteItems', transaction), pause);
      } catch (error) {
        throw tableFault(error, 'write', checked);
      }
    },
  };
}
