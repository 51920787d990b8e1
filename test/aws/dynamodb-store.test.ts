/** The DynamoDB store against an emulator or a real table service; only in the suite that has one (SLIPWAY_TEST_AWS_ENDPOINT). */
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { createDynamoStore } from '../../src/adapters/aws/dynamodb-store.ts';
import { itemStoreContract } from '../contract/item-store.ts';

const endpoint = process.env['SLIPWAY_TEST_AWS_ENDPOINT'];
if (endpoint === undefined || endpoint === '') throw new Error('SLIPWAY_TEST_AWS_ENDPOINT is not set. Start the emulator and set it to its address, for example http://127.0.0.1:5000.');

const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
afterAll(() => client.destroy());

async function makeTable(): Promise<string> {
  const table = `slipway-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'partition', AttributeType: 'S' }, { AttributeName: 'sort', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'partition', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: table });
  return table;
}

itemStoreContract('DynamoDB', async () => {
  const table = await makeTable();
  return {
    store: createDynamoStore({ client, table }),
    close: async () => {
      await client.send(new DeleteTableCommand({ TableName: table }));
    },
  };
}, 10);
