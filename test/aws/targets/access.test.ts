/** Another account's resources are reached as its role, and only those. */
import { CreateClusterCommand, ListClustersCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { expect, it } from '@jest/globals';
import { callsByAccess } from '../../../src/adapters/aws/calls/assumed-role.ts';
import { ecsCommands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import type { Access } from '../../../src/domain/access.ts';
import { ACCOUNT, clientSettings, ENDPOINT, REGION, uniqueName } from '../emulator.ts';
import { startFaultProxy } from '../faults.ts';

const OTHER = '210987654321';
const connect = (endpoint = ENDPOINT) => {
  const call = callsByAccess({ own: clientSettings(endpoint), session: 'slipway-ecs', clock: systemClock });
  return (access: Access | null) => ecsCommands(call(access));
};
const clusters = async (client: Pick<ECSClient, 'send'>) => (await client.send(new ListClustersCommand({}))).clusterArns ?? [];

it('what is made as the role is in its account', async () => {
  const clientOf = connect();
  const [here, there] = [clientOf(null), clientOf({ account: OTHER, region: REGION, role: `arn:aws:iam::${OTHER}:role/slipway-production`, externalId: 'slipway-7f3a' })];
  const name = uniqueName('elsewhere');
  await there.send(new CreateClusterCommand({ clusterName: name }));
  expect(await clusters(there)).toContain(`arn:aws:ecs:${REGION}:${OTHER}:cluster/${name}`);
  expect((await clusters(here)).filter((arn) => arn.includes(name) || !arn.includes(ACCOUNT))).toEqual([]);
});

it('the role is assumed once for many calls', async () => {
  const proxy = await startFaultProxy();
  const client = connect(proxy.endpoint)({ account: null, region: REGION, role: `arn:aws:iam::${OTHER}:role/slipway-production`, externalId: null });
  for (let call = 0; call < 3; call += 1) await clusters(client);
  expect(proxy.calls.filter(({ action }) => action === 'AssumeRole')).toHaveLength(1);
  await proxy.close();
});
