/** Error paths and requests of the DynamoDB store; what it means is held to the contract against an emulator (test/aws). */
import { type AttributeValue, DynamoDBClient, GetItemCommand, QueryCommand, TransactWriteItemsCommand, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createDynamoStore } from '../../../../src/adapters/aws/dynamodb-store.ts';
import { ATTEMPTS_MAX } from '../../../../src/adapters/aws/dynamodb-store/patience.ts';
import { sdkTable } from '../../../fakes/sdk-calls.ts';
import type { Write } from '../../../../src/ports/item-store.ts';

const client = new DynamoDBClient({ region: 'eu-central-1' });
const table = mockClient(client);
const pauses: number[] = [];
const store = createDynamoStore({ call: sdkTable(client), table: 'items', pause: async (ms) => void pauses.push(ms) });

beforeEach(() => {
  table.reset();
  pauses.length = 0;
});

const key = (sort: string) => ({ partition: 'p', sort });
const put: Write = { kind: 'put', key: key('a'), value: { n: 1 }, condition: { absent: true }, expiresAtSeconds: 5 };
const remove: Write = { kind: 'delete', key: key('b'), condition: { generation: 3 } };
const check: Write = { kind: 'check', key: key('c'), condition: { generation: 4 } };

const stored = (sort: string, generation = 1) => ({ partition: { S: 'p' }, sort: { S: sort }, generation: { N: String(generation) }, value: { S: '"v"' } });
const cancelled = (...reasons: { Code: string; Item?: Record<string, AttributeValue> }[]) =>
  new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons: reasons });
const named = (name: string, message = name) => Object.assign(new Error(message), { name });
const refusalOf = (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => error);

describe('a transaction', () => {
  it('is sent with its conditions, generations raised by the store, and one token', async () => {
    table.on(TransactWriteItemsCommand).resolves({});
    await store.transact([put, remove, check]);
    const [call] = table.commandCalls(TransactWriteItemsCommand);
    const { TransactItems, ClientRequestToken } = call?.args[0].input ?? {};
    expect(ClientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(TransactItems).toMatchObject([
      { Put: { TableName: 'items', Item: { ...stored('a'), value: { S: '{"n":1}' }, expiresAtSeconds: { N: '5' } }, ConditionExpression: 'attribute_not_exists(#partition)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
      { Delete: { Key: { partition: { S: 'p' }, sort: { S: 'b' } }, ConditionExpression: '#generation = :generation', ExpressionAttributeValues: { ':generation': { N: '3' } } } },
      { ConditionCheck: { Key: { partition: { S: 'p' }, sort: { S: 'c' } }, ExpressionAttributeValues: { ':generation': { N: '4' } } } },
    ]);
  });

  it('tells from the reasons which conditions failed and what was found, and does not try again', async () => {
    table.on(TransactWriteItemsCommand).rejects(cancelled({ Code: 'ConditionalCheckFailed', Item: stored('a', 7) }, { Code: 'None' }, { Code: 'ConditionalCheckFailed' }));
    expect(await refusalOf(store.transact([put, remove, check]))).toMatchObject({
      name: 'Conflict',
      evidence: { failed: [{ key: key('a'), condition: { absent: true }, found: 7 }, { key: key('c'), condition: { generation: 4 }, found: null }] },
    });
    expect(table.calls()).toHaveLength(1);
  });

  it('is a conflict, not contention, when one condition failed beside another write under way', async () => {
    table.on(TransactWriteItemsCommand).rejects(cancelled({ Code: 'TransactionConflict' }, { Code: 'ConditionalCheckFailed', Item: stored('b', 9) }));
    expect(await refusalOf(store.transact([put, remove]))).toMatchObject({ name: 'Conflict', evidence: { failed: [{ key: key('b'), condition: { generation: 3 }, found: 9 }] } });
    expect(table.calls()).toHaveLength(1);
  });

  it.each([
    ['contention', cancelled({ Code: 'TransactionConflict' }, { Code: 'None' })], ['throttling of an item', cancelled({ Code: 'ThrottlingError' })], ['capacity', cancelled({ Code: 'ProvisionedThroughputExceeded' })],
    ['throttling', named('ThrottlingException')], ['an attempt still under way', named('TransactionInProgressException')], ['a passing fault of the service', named('InternalServerError')],
  ])('is tried again after %s, with the same token, and pauses that differ', async (_name, error) => {
    table.on(TransactWriteItemsCommand).rejectsOnce(error).rejectsOnce(error).resolves({});
    await store.transact([put, remove]);
    const calls = table.commandCalls(TransactWriteItemsCommand);
    expect(calls).toHaveLength(3);
    expect(new Set(calls.map((call) => call.args[0].input.ClientRequestToken)).size).toBe(1);
    expect(new Set(pauses).size).toBe(2);
  });

  it('gives up in the end, retryably, after pauses within their bound', async () => {
    table.on(TransactWriteItemsCommand).rejects(cancelled({ Code: 'TransactionConflict' }));
    expect(await refusalOf(store.transact([put]))).toMatchObject({ name: 'ProviderUnavailable', retry: 'retryable', evidence: { codes: ['TransactionConflict'] } });
    expect(table.calls()).toHaveLength(ATTEMPTS_MAX);
    expect(pauses.filter((ms, i) => ms < 0 || ms > Math.min(1_000, 50 * 2 ** i))).toEqual([]);
  });

  it.each([
    [named('ResourceNotFoundException'), 'NotFound'], [named('AccessDeniedException'), 'Forbidden'], [named('ValidationException', 'Item size has exceeded the maximum allowed size'), 'LimitExceeded'],
    [named('ValidationException', 'bad expression'), 'InvalidInput'], [named('TimeoutError'), 'ProviderUnavailable'], [cancelled({ Code: 'ItemCollectionSizeLimitExceeded' }), 'LimitExceeded'], [cancelled({ Code: 'ValidationError' }), 'InvalidInput'],
  ])('that ends with %p is told as %s, at once', async (error, name) => {
    table.on(TransactWriteItemsCommand).rejects(error);
    expect(await refusalOf(store.transact([put]))).toMatchObject({ name, cause: error });
    expect(table.calls()).toHaveLength(1);
  });
});

describe('reading', () => {
  it('is strongly consistent', async () => {
    table.on(GetItemCommand).resolves({ Item: stored('a', 2) }).on(QueryCommand).resolves({ Items: [] });
    expect(await store.get(key('a'))).toEqual({ ...key('a'), generation: 2, value: 'v' });
    expect((await store.query('p', 'x', { limit: 1 })).consistency).toBe('strong');
    expect(table.calls().map((call) => (call.args[0].input as { ConsistentRead?: boolean }).ConsistentRead)).toEqual([true, true]);
  });

  it('reads on over pages that DynamoDB cut short, also empty ones, and stops at what was asked for', async () => {
    const more = (sort: string) => ({ LastEvaluatedKey: { partition: { S: 'p' }, sort: { S: sort } } });
    table.on(QueryCommand).resolvesOnce({ Items: [stored('a')], ...more('a') }).resolvesOnce({ Items: [], ...more('b') }).resolvesOnce({ Items: [stored('c'), stored('d')], ...more('d') });
    const result = await store.query('p', '', { limit: 2 });
    expect(result.items.map(({ sort }) => sort)).toEqual(['a', 'c']);
    expect(result.next).toBeDefined();
    const inputs = table.commandCalls(QueryCommand).map((call) => call.args[0].input);
    expect(inputs.map(({ Limit, ExclusiveStartKey }) => [Limit, ExclusiveStartKey?.['sort']?.S])).toEqual([[3, undefined], [2, 'a'], [2, 'b']]);
    table.on(QueryCommand).resolves({ Items: [stored('d')] });
    expect(await store.query('p', '', { limit: 2, after: result.next ?? '' })).not.toHaveProperty('next');
    expect(table.commandCalls(QueryCommand).at(-1)?.args[0].input.ExclusiveStartKey?.['sort']).toEqual({ S: 'c' });
  });

  it('refuses an item that this store did not write', async () => {
    table.on(GetItemCommand).resolves({ Item: { ...stored('a'), value: { N: '1' } } });
    expect(await refusalOf(store.get(key('a')))).toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('is tried again after throttling', async () => {
    table.on(GetItemCommand).rejectsOnce(named('ProvisionedThroughputExceededException')).resolves({});
    expect(await store.get(key('a'))).toBeUndefined();
    expect(pauses).toHaveLength(1);
  });
});
