/**
 * Raises every generation of a table that was restored: docs/aws-operations.md. Takes credentials and region from the environment, as
 * `aws configure export-credentials --format env` writes them: node --conditions=slipway-local scripts/aws/raise-generations.ts TABLE STEPS WHO
 */
import { createSignedCall } from '../../src/adapters/aws/calls/signed-call.ts';
import { signedTable } from '../../src/adapters/aws/calls/signed-services.ts';
import { createDynamoStore } from '../../src/adapters/aws/dynamodb-store.ts';
import { systemClock } from '../../src/adapters/local/system-clock.ts';
import { raiseGenerations } from '../../src/app/raise-generations.ts';
import { signingConfig } from '../../src/config.ts';
import { Identity } from '../../src/domain/ids.ts';

const [table = '', steps = '', who = ''] = process.argv.slice(2);
if (table === '' || !/^[1-9][0-9]{0,6}$/.test(steps) || who === '') {
  console.error('Say the table, by how much (1 to 9,999,999) and who you are, for example: slipway-state 1000 anna');
  process.exit(2);
}
const store = createDynamoStore({ call: signedTable(createSignedCall(signingConfig(process.env))), table });
const raised = await raiseGenerations({ store, clock: systemClock })({ steps: Number(steps), by: Identity.parse(who) });
console.log(`${raised} places have a generation that is ${steps} higher.`);
