/** Another account's resources are reached as its role, and only those. */
import { CreateClusterCommand, ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
import { afterAll, expect, it } from '@jest/globals';
import { roleAssumer } from '../../../src/adapters/aws/calls/assumed-role.ts';
import { clientsByAccess } from '../../../src/targets/_aws/access.ts';
import { ACCOUNT, clientSettings, ENDPOINT, REGION, uniqueName } from '../emulator.ts';
import { startFaultProxy } from '../faults.ts';

const OTHER = '210987654321';
const assume = (endpoint = ENDPOINT) => roleAssumer({ own: clientSettings(endpoint), session: 'slipway-ecs' });
const connect = clientsByAccess({ assume: assume() }, (place) => new ECSClient({ ...clientSettings(), ...place, endpoint: ENDPOINT }));
const there = connect({ account: OTHER, region: REGION, role: `arn:aws:iam::${OTHER}:role/slipway-production`, externalId: 'slipway-7f3a' });
const here = connect(null);
afterAll(() => {
  for (const client of [there, here]) client.destroy();
});
const clusters = async (client: ECSClient) => (await client.send(new ListClustersCommand({}))).clusterArns ?? [];

it('what is made as the role is in its account', async () => {
  const name = uniqueName('elsewhere');
  await there.send(new CreateClusterCommand({ clusterName: name }));
  expect(await clusters(there)).toContain(`arn:aws:ecs:${REGION}:${OTHER}:cluster/${name}`);
  expect((await clusters(here)).filter((arn) => arn.includes(name) || !arn.includes(ACCOUNT))).toEqual([]);
});

it('the role is assumed once for many calls', async () => {
  const proxy = await startFaultProxy();
  const client = clientsByAccess({ assume: assume(proxy.endpoint) }, (place) => new ECSClient({ ...place, endpoint: ENDPOINT }))({ account: null, region: REGION, role: `arn:aws:iam::${OTHER}:role/slipway-production`, externalId: null });
  for (let call = 0; call < 3; call += 1) await clusters(client);
  expect(proxy.calls.filter(({ action }) => action === 'AssumeRole')).toHaveLength(1);
  client.destroy();
  await proxy.close();
});
