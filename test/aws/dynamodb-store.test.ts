/** The DynamoDB store against the emulated AWS. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from '@jest/globals';
import { createDynamoStore } from '../../src/adapters/aws/dynamodb-store.ts';
import { itemStoreContract } from '../contract/item-store.ts';
import { clientSettings, makeStateTable } from './emulator.ts';

const client = new DynamoDBClient(clientSettings());
afterAll(() => client.destroy());

itemStoreContract('DynamoDB', async () => {
  const { table, remove } = await makeStateTable();
  return { store: createDynamoStore({ client, table }), close: remove };
}, 10);
