/** How an item lies in the table, both ways. */
import type { AttributeValue, ConditionCheck, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Condition, Item, ItemKey } from '../../../ports/item-store.ts';
import type { CheckedWrite } from '../../item-store-rules/checked-writes.ts';

const Text = z.object({ S: z.string() }).transform(({ S }) => S);
const Whole = z.object({ N: z.string().regex(/^\d+$/) }).transform(({ N }) => Number(N)).pipe(z.int());

/** The attributes of the table: hash key `partition`, range key `sort`; `expiresAtSeconds` is its time-to-live attribute. */
const StoredItem = z.object({ partition: Text, sort: Text, generation: Whole, value: Text, expiresAtSeconds: Whole.optional() });

const StoredGeneration = z.object({ generation: Whole });

export const keyAttributes = ({ partition, sort }: ItemKey): Record<string, AttributeValue> => ({ partition: { S: partition }, sort: { S: sort } });

/** @throws ZodError when the table holds something that this store did not write */
export function itemOf<T>(raw: unknown): Item<T> {
  const { value, expiresAtSeconds, ...rest } = StoredItem.parse(raw);
  const item = { ...rest, value: JSON.parse(value) as T };
  return expiresAtSeconds === undefined ? item : { ...item, expiresAtSeconds };
}

/** The generation in the item that came back with a failed condition, null when there was none. */
export const generationOf = (raw: unknown): number | null => (raw === undefined ? null : StoredGeneration.parse(raw).generation);

/** The condition as an expression. `#partition` is there exactly when the item is. */
const expressionOf = (condition: Condition): Pick<ConditionCheck, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> & { ConditionExpression: string } =>
  'absent' in condition
    ? { ConditionExpression: 'attribute_not_exists(#partition)', ExpressionAttributeNames: { '#partition': 'partition' } }
    : { ConditionExpression: '#generation = :generation', ExpressionAttributeNames: { '#generation': 'generation' }, ExpressionAttributeValues: { ':generation': { N: String(condition.generation) } } };

/**
 * One write as DynamoDB takes it. The value is kept as JSON text in one string attribute, not as a map: it reads back
 * exactly (a map rejects numbers of more than 38 digits or beyond 1e126, and an attribute tree nests 32 deep at most),
 * it takes the size that was checked, and nothing queries inside it.
 */
export function transactItem(table: string, write: CheckedWrite): TransactWriteItem {
  const shared = { TableName: table, ...expressionOf(write.condition), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
  if (write.kind !== 'put') {
    const keyed = { ...shared, Key: keyAttributes(write.key) };
    return write.kind === 'delete' ? { Delete: keyed } : { ConditionCheck: keyed };
  }
  const generation = 'absent' in write.condition ? 1 : write.condition.generation + 1;
  const item: Record<string, AttributeValue> = { ...keyAttributes(write.key), generation: { N: String(generation) }, value: { S: write.json } };
  if (write.expiresAtSeconds !== undefined) item['expiresAtSeconds'] = { N: String(write.expiresAtSeconds) };
  return { Put: { ...shared, Item: item } };
}
