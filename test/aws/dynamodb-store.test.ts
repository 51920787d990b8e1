/** The DynamoDB store against the emulated AWS. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from '@jest/globals';
import { createSignedCall } from '../../src/adapters/aws/calls/signed-call.ts';
import { signedTable } from '../../src/adapters/aws/calls/signed-services.ts';
import { createDynamoStore } from '../../src/adapters/aws/dynamodb-store.ts';
import { sdkTable } from '../fakes/sdk-calls.ts';
import { itemStoreContract } from '../contract/item-store.ts';
import { clientSettings, makeStateTable } from './emulator.ts';

const client = new DynamoDBClient(clientSettings());
afterAll(() => client.destroy());

const signed = signedTable(createSignedCall(clientSettings()));

/** The signed calls are what the packaged functions use; the SDK says the same, so both send and read the protocol alike. */
for (const [name, call] of [['signed calls', signed], ['the SDK', sdkTable(client)]] as const) {
  itemStoreContract(`DynamoDB by ${name}`, async () => {
    const { table, remove } = await makeStateTable();
    return { store: createDynamoStore({ call, table }), close: remove };
  }, 10);
}
