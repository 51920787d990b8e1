/** What runs is kept equal to what was asked for: instances that end or hang, zones, hand-made drift, pause, scale. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RouterClient } from '../../../src/adapters/local/router-client.ts';
import { EnvironmentName, ServiceName, type RevisionId } from '../../../src/domain/ids.ts';
import type { TrafficRoute } from '../../../src/ports/traffic.ts';
import { instancePids, endProcess } from '../rig/ending.ts';
import { program, QUICK, type Manifest } from '../rig/example-service.ts';
import { Installation } from '../rig/installation.ts';
import { eventually, pause, throughout } from '../rig/patience.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

const pids = () => instancePids(at.client.home.instances);
const namesOf = async (service: string) => (await at.client.place(service, 'production')).observed.instances.map(({ instance }) => instance as string).sort();
const production = (service: string, verb: string, body: unknown) => at.client.post(`/v1/services/${service}/environments/production/${verb}`, body);
const pidIn = async (service: string, position = 0): Promise<number> => {
  const [name = ''] = (await namesOf(service)).slice(position);
  return eventually(`the process of ${name}`, async () => (await pids()).get(name));
};
const traffic = () => new RouterClient({ controlSocket: at.client.home.routerSocket });
const repairs = async (service: string) => (await at.controlPlane.composed.engine.list({ machine: 'repair', limit: 1000 })).filter(({ input }) => JSON.stringify(input).includes(`"${service}"`)).length;

it.concurrent('a killed instance is relaunched, and the other one is not touched', async () => {
  await at.deployed('killed', QUICK);
  const before = await at.healthy('killed', 2);
  const [victim, other] = [await pidIn('killed'), await pidIn('killed', 1)];
  const load = await at.load('killed');
  endProcess(victim, 'SIGKILL');
  await eventually('two other processes', async () => {
    const now = new Set((await at.healthy('killed', 2)).observed.instances.map(({ instance }) => instance as string));
    const running = [...await pids()].filter(([name]) => now.has(name)).map(([, pid]) => pid);
    return running.length === 2 && !running.includes(victim) && running.includes(other);
  });
  await load.stop();
  expect({ some: load.total > 0, failed: load.failed }).toEqual({ some: true, failed: 0 });
  expect((await at.client.place('killed', 'production')).desired.generation).toBe(before.desired.generation);
}, 120_000);

it.concurrent('a hung instance is found by its health check and replaced', async () => {
  await at.deployed('hung', { ...QUICK, health: { path: '/health', interval: '150ms', timeout: '1s', failures: 2, startWithin: '20s' } });
  await at.healthy('hung', 2);
  const victim = await pidIn('hung');
  endProcess(victim, 'SIGSTOP');
  await eventually('the hung process is gone and two are healthy', async () => ![...(await pids()).values()].includes(victim) && (await at.healthy('hung', 2)));
}, 120_000);

it.concurrent('a crash loop is quarantined with an alert, and does not spin', async () => {
  // Healthy for its first release; then a file makes each start end at once.
  const switchFile = join(at.folder, 'loop');
  const repository = await at.repository('looping', { ...QUICK, instances: 1, configuration: { LOOP: switchFile } });
  repository.write({ 'looping/server.js': `if (require('node:fs').existsSync(process.env.LOOP)) process.exit(1);\n${program()}` });
  expect((await at.client.over(await at.release(repository, 'first'))).status.kind).toBe('succeeded');
  writeFileSync(switchFile, '');
  endProcess(await pidIn('looping'), 'SIGKILL');
  const seen = new Set<number>();
  await eventually('it is quarantined', async () => {
    for (const [name, pid] of await pids()) if (name.startsWith('looping-1-production')) seen.add(pid);
    return (await at.client.place('looping', 'production')).observed.instances.some(({ quarantined }) => quarantined);
  }, 90_000);
  expect(seen.size).toBeLessThan(20);
  const alert = await eventually('an alert', async () => (await at.client.get<{ service: string; kind: string; text: string }[]>('/v1/alerts?limit=200')).find(({ service, kind }) => service === 'looping' && /quarantin|crash/.test(kind)));
  expect(alert.text).toMatch(/looping/);
  const running = (await pids()).size;
  await throughout('nothing of it is started again', 2000, async () => ![...(await pids()).keys()].some((name) => name.startsWith('looping-1-production')));
  expect(running).toBeGreaterThan(0);
}, 150_000);

it.concurrent('a zone marked lost moves its instances to the other one, and they spread again when it is back', async () => {
  await at.deployed('zoned', { ...QUICK, instances: 4 });
  await at.healthy('zoned', 4);
  const load = await at.load('zoned');
  const zones = async () => (await at.healthy('zoned', 4)).observed.instances.map(({ zone }) => zone).sort().join('');
  expect(await zones()).toBe('aabb');
  await production('zoned', 'zones', { zone: 'b', lost: true });
  await eventually('all are in a', async () => (await zones()) === 'aaaa');
  await production('zoned', 'zones', { zone: 'b', lost: false });
  await throughout('no instance is moved without need', 1500, async () => (await zones()).length === 4);
  await load.stop();
  expect(load.failed).toBe(0);
  const unknown = await at.client.ask('POST', '/v1/services/zoned/environments/production/zones', { zone: 'z', lost: true });
  expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('a, b')]);
}, 120_000);

/** A pass may be faster than a request that would show a drift of the router's: that it was repaired shows that it was there. */
it.concurrent.each<{ drift: string; make: (service: string) => Promise<() => Promise<boolean>> }>([
  {
    drift: 'weights', make: async (service) => {
      const [name, environment] = [ServiceName.parse(service), EnvironmentName.parse('production')];
      const { port: _port, ...route } = (await traffic().get(name, environment)) ?? {};
      const before = await repairs(service);
      await traffic().put({ ...(route as TrafficRoute), weights: {} });
      return async () => (await repairs(service)) > before && (await traffic().get(name, environment))?.weights[`${service}-1-production` as RevisionId] === 100;
    },
  },
  {
    drift: 'route', make: async (service) => {
      const before = await repairs(service);
      await traffic().remove(ServiceName.parse(service), EnvironmentName.parse('production'));
      return async () => (await repairs(service)) > before && (await fetch(await at.endpoint(service))).ok;
    },
  },
  {
    drift: 'directory', make: async (service) => {
      const [name = ''] = await namesOf(service);
      const victim = await pidIn(service);
      rmSync(join(at.client.home.instances, 'instances', name), { recursive: true });
      endProcess(victim, 'SIGKILL');
      return async () => ![...(await pids()).values()].includes(victim);
    },
  },
  {
    drift: 'stray', make: async (service) => {
      const entries = readFileSync(`/proc/${await pidIn(service)}/environ`, 'utf8').split('\0').filter((entry) => entry.includes('='));
      // Like an instance whose record somebody removed: of this installation by its marker, and known to nobody.
      const environment = { ...Object.fromEntries(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])), SLIPWAY_INSTANCE: `${service}-1-production.foreign` };
      const stray = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { env: environment, detached: true, stdio: 'ignore' });
      const ended = new Promise((resolve) => stray.once('exit', resolve)).then(() => true);
      return async () => Promise.race([ended, pause(10).then(() => false)]);
    },
  },
])('hand-made drift is found and repaired: $drift', async ({ drift, make }) => {
  const service = `drift-${drift}`;
  await at.deployed(service, QUICK);
  await at.healthy(service, 2);
  const isGone = await make(service);
  await eventually(`${drift} is repaired`, async () => {
    const { observed } = await at.healthy(service, 2);
    return observed.weights[`${service}-1-production` as RevisionId] === 100 && (await isGone()) && (await fetch(await at.endpoint(service))).ok;
  });
}, 120_000);

it.concurrent('pause stops repair, resume takes it up again', async () => {
  await at.deployed('paused', QUICK);
  await at.healthy('paused', 2);
  await production('paused', 'pause', { why: 'looking at it' });
  endProcess(await pidIn('paused'), 'SIGKILL');
  const healthy = async () => (await at.client.place('paused', 'production')).observed.instances.filter(({ health }) => health === 'healthy').length;
  await eventually('one is left', async () => (await healthy()) === 1);
  await throughout('nobody repairs it', 3000, async () => (await healthy()) === 1);
  await production('paused', 'resume', {});
  await at.healthy('paused', 2);
}, 120_000);

it.concurrent('scale up, down, to zero and back', async () => {
  await at.deployed('scaled', { ...QUICK, rollout: { ...(QUICK['rollout'] as object), drain: '2s' } });
  const load = await at.load('scaled');
  for (const instances of [4, 1]) {
    await production('scaled', 'scale', { instances });
    await at.healthy('scaled', instances);
  }
  await load.stop();
  expect(load.failed).toBe(0);
  await production('scaled', 'scale', { instances: 0 });
  await at.healthy('scaled', 0);
  expect((await fetch(await at.endpoint('scaled'))).status).toBe(503);
  await production('scaled', 'scale', { instances: 2 });
  await at.healthy('scaled', 2);
  await eventually('it serves again', async () => (await fetch(await at.endpoint('scaled'))).ok);
  expect((await at.client.ask('POST', '/v1/services/scaled/environments/production/scale', { instances: -1 })).status).toBe(400);
}, 120_000);

it.concurrent('repair leaves a service under deployment alone, and the deployment replaces what dies', async () => {
  const slow: Manifest = { canary: { traffic: 10, duration: '60s', interval: '200ms' } };
  const repository = await at.deployed('worked-on', slow);
  await at.load('worked-on');
  repository.write({ 'worked-on/server.js': program({ says: 'two' }) });
  const id = await at.release(repository, 'two');
  await at.client.at(id, 'is in its canary', ({ deployments }) => (deployments[1]?.deployment.holds.length ?? 0) > 0);
  const before = (await at.client.place('worked-on', 'production')).desired.generation;
  const victim = await pidIn('worked-on');
  endProcess(victim, 'SIGKILL');
  await eventually('three are healthy again', async () => (await at.healthy('worked-on', 3)).observed.instances.length === 3 && ![...(await pids()).values()].includes(victim));
  const { desired } = await at.client.place('worked-on', 'production');
  expect([desired.generation, desired.deployment]).toEqual([before, `${id}-production`]);
  const repairs = at.controlPlane.composed.engine.list({ machine: 'repair', limit: 1000 });
  expect((await repairs).filter(({ input }) => JSON.stringify(input).includes('"worked-on"') && JSON.stringify(input).includes(`"generation":${before}`))).toEqual([]);
  await at.client.post(`/v1/pipelines/${id}/cancel`, { why: 'seen enough' });
  expect((await at.client.over(id)).status.kind).toBe('cancelled');
}, 120_000);
