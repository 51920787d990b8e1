import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RouterClient } from '../../src/adapters/local/router-client.ts';
import type { EnvironmentName, ServiceName } from '../../src/domain/ids.ts';
import { FakeTraffic } from '../fakes/traffic.ts';
import { type RouterRig, startRouterProcess } from '../unit/router/rig.ts';
import { trafficContract } from './traffic.ts';

trafficContract('in memory', async () => ({ traffic: new FakeTraffic(), close: async () => undefined }));

trafficContract('the router', async () => {
  const rig = await startRouterProcess();
  return { traffic: rig.client, close: () => rig.close() };
});

describe('RouterClient without a router', () => {
  let rig: RouterRig;
  beforeAll(async () => {
    rig = await startRouterProcess();
  });
  afterAll(() => rig.close());

  it('says ProviderUnavailable, never an empty answer', async () => {
    const client = new RouterClient({ controlSocket: `${rig.directory}/nobody.sock` });
    await expect(client.read('catalog' as ServiceName, 'staging' as EnvironmentName)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('ENOENT') });
    await expect(client.list()).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    await expect(client.get('catalog' as ServiceName, 'staging' as EnvironmentName)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('gives up on a router that hangs', async () => {
    rig.child.kill('SIGSTOP');
    const client = new RouterClient({ controlSocket: rig.controlSocket, timeoutMs: 200 });
    await expect(client.list()).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('no answer in 200 ms') });
    rig.child.kill('SIGCONT');
    await expect(rig.client.list()).resolves.toEqual([]);
  });
});
