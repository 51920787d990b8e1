/**
 * The emulated AWS as tests see it. All suites share one, at the same time: every test takes names of its own with `uniqueName`, and
 * nothing here forgets what others made.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

function given(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === '') throw new Error(`${variable} is not set. Run these suites with: npm run test:aws`);
  return value;
}

/** Its address; the fault proxy stands in front of it (faults.ts). */
export const ENDPOINT = given('SLIPWAY_TEST_AWS_ENDPOINT');
/** Where the AWS CLI and Python of the emulator are, as CodeBuild's images have them. */
export const AWS_CLI_FOLDER = dirname(given('SLIPWAY_TEST_AWS_PYTHON'));
export const REGION = 'eu-central-1';
/** The account that the emulator gives to these credentials. */
export const ACCOUNT = '123456789012';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/** What an installation calls its table and its bucket, in the account and region of the emulator. */
export const INSTALLED = { table: 'slipway-state', bucket: `slipway-artifacts-${ACCOUNT}-${REGION}` } as const;

/** What every client of the SDK is made with. @param endpoint the proxy's, where faults are injected or calls recorded */
export const clientSettings = (endpoint = ENDPOINT) => ({ endpoint, region: REGION, credentials: CREDENTIALS });

/** A name that no other test has: lower case, at most 25 characters. */
export const uniqueName = (prefix: string): string => `${prefix.slice(0, 12)}-${randomBytes(6).toString('hex')}`;

/** What stays when the test that made it is over. Only for a test that runs alone: it forgets the state of every service and test. */
export async function forgetEverything(): Promise<void> {
  const answer = await fetch(`${ENDPOINT}/moto-api/reset`, { method: 'POST' });
  if (!answer.ok) throw new Error(`The emulator did not reset: ${answer.status} ${await answer.text()}`);
}

/** Sets what the emulator does by itself; https://docs.getmoto.org/en/latest/docs/configuration/ */
export async function configureEmulator(setting: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await fetch(`${ENDPOINT}/moto-api/config`, { method: 'POST', body: JSON.stringify(setting) });
  if (!answer.ok) throw new Error(`The emulator did not take ${JSON.stringify(setting)}: ${answer.status} ${await answer.text()}`);
}

/** A table as infrastructure/storage.yml has it. */
export async function makeStateTable(): Promise<{ readonly table: string; remove(): Promise<void> }> {
  const client = new DynamoDBClient(clientSettings());
  const table = uniqueName('state');
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'partition', AttributeType: 'S' }, { AttributeName: 'sort', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'partition', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: table });
  return {
    table,
    remove: async () => {
      await client.send(new DeleteTableCommand({ TableName: table }));
      client.destroy();
    },
  };
}
