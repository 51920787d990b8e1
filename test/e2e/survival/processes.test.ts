/** kill -9 of each part of a real installation: services go on, and what was killed comes back as it was. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { RouterClient } from '../../../src/adapters/local/router-client.ts';
import { down } from '../../../src/main/up.ts';
import { endProcess, instancePids, isAlive } from '../rig/ending.ts';
import { manifest, program, QUICK } from '../rig/example-service.ts';
import { startLoad } from '../rig/load.ts';
import { eventually, pause, throughout } from '../rig/patience.ts';
import type { Repository } from '../rig/repository.ts';
import { parentOf } from '../../parent-of.ts';
import { Supervised, type Up } from '../rig/supervised.ts';

const SLOW_ROLLOUT = { ...QUICK, rollout: { batches: [100], watch: '4s', interval: '200ms', drain: '1s' } };

describe('an installation of real processes', () => {
  let at: Supervised;
  let up: Up;
  let repository: Repository;
  let endpoint: string;
  beforeAll(async () => {
    at = new Supervised();
    up = at.up();
    await at.serving();
    repository = await at.deployed('alive', QUICK);
    endpoint = await at.client.endpoint('alive');
  }, 120_000);
  afterAll(() => at?.close(), 120_000);

  const pids = async () => [...await instancePids(at.home.instances)].filter(([name]) => name.includes('-production')).map(([, pid]) => pid).sort((one, other) => one - other);
  const routes = () => new RouterClient({ controlSocket: at.home.routerSocket }).list();

  it('instances are started by the supervisor, which has the least memory to copy', async () => {
    expect((await pids()).map(parentOf)).toEqual([up.pid, up.pid]);
  });

  it('the control plane, killed amid a rollout: no request fails, instances keep their processes, the rollout ends', async () => {
    const load = startLoad(endpoint);
    repository.write({ 'alive/server.js': program({ says: 'two' }), 'alive/slipway.yaml': manifest('alive', SLOW_ROLLOUT) });
    const { delivery } = await at.client.webhook(repository, repository.push('two'));
    const [id = ''] = (await at.client.decided(delivery)).admitted;
    await at.client.at(id, 'watches its rollout', ({ deployments }) => deployments[1]?.deployment.holds.some((hold) => hold.stage === 'rollout') ?? false);
    const before = await pids();
    const killed = at.pidOf('control-plane');
    endProcess(killed, 'SIGKILL');
    await at.replaced('control-plane', killed);
    await at.serving();
    expect((await pids()).filter((pid) => !before.includes(pid))).toEqual([]);
    expect((await at.client.over(id)).status.kind).toBe('succeeded');
    await load.stop();
    expect({ failures: load.failures, answers: [...load.answers.keys()] }).toEqual({ failures: [], answers: ['one', 'two'] });
  }, 120_000);

  it('the router, killed: back by itself with its last table', async () => {
    const before = await routes();
    const killed = at.pidOf('router');
    endProcess(killed, 'SIGKILL');
    const since = performance.now();
    await eventually('the same address serves again', async () => (await fetch(endpoint)).ok);
    process.stdout.write(`router back after ${Math.round(performance.now() - since)} ms\n`);
    await at.replaced('router', killed);
    expect((await routes()).map(({ service, environment, weights, port }) => ({ service, environment, weights, port }))).toEqual(before.map(({ service, environment, weights, port }) => ({ service, environment, weights, port })));
  }, 60_000);

  it('the supervisor, killed: all others go on, and the next one takes them over', async () => {
    const before = { controlPlane: at.pidOf('control-plane'), router: at.pidOf('router'), instances: await pids() };
    const load = startLoad(endpoint);
    endProcess(up.pid, 'SIGKILL');
    await up.ended;
    await throughout('the parts live on', 1000, async () => (await isAlive(before.controlPlane)) && (await isAlive(before.router)));
    up = at.up();
    await eventually('the next supervisor is noted', () => at.pidOf('supervisor') === up.pid);
    await pause(500);
    expect({ controlPlane: at.pidOf('control-plane'), router: at.pidOf('router'), instances: await pids() }).toEqual(before);
    const killed = at.pidOf('control-plane');
    endProcess(killed, 'SIGKILL');
    await at.replaced('control-plane', killed);
    await at.serving();
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(await pids()).toEqual(before.instances);
    const [lost = 0, kept = 0] = before.instances;
    endProcess(lost, 'SIGKILL');
    const two = await eventually('another one has taken its place', async () => {
      const seen = await pids();
      return seen.length === 2 && !seen.includes(lost) && seen;
    });
    expect(two.filter((pid) => pid !== kept).map(parentOf)).toEqual([up.pid]);
  }, 60_000);

  it('a second one on the same home is refused, and harms nothing', async () => {
    const { code, said } = await at.up().ended;
    expect([code, said]).toEqual([1, expect.stringMatching(/Another supervisor \(process \d+\) runs on .* already.*slipway down/)]);
    expect((await fetch(endpoint)).ok).toBe(true);
    expect(at.pidOf('supervisor')).toBe(up.pid);
  }, 30_000);

  it('a terminal that is closed ends nothing', async () => {
    up.child.kill('SIGHUP');
    await pause(500);
    expect([at.pidOf('supervisor'), await isAlive(up.pid), (await fetch(endpoint)).ok]).toEqual([up.pid, true, true]);
  }, 30_000);

  it('the router, suspended: killed and started again, with the same processes behind it', async () => {
    const before = await pids();
    const suspended = at.pidOf('router');
    endProcess(suspended, 'SIGSTOP');
    await at.replaced('router', suspended);
    await eventually('it serves again', async () => (await fetch(endpoint)).ok);
    expect(await pids()).toEqual(before);
  }, 120_000);

  it('SIGTERM ends the parts in order and lets services run; the next start adopts them', async () => {
    const before = await pids();
    up.child.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
    expect(await pids()).toEqual(before);
    up = at.up();
    await at.serving();
    await eventually('it serves again', async () => (await fetch(endpoint)).ok);
    expect(await pids()).toEqual(before);
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
    expect(await pids()).toEqual([]);
  }, 60_000);

  it('"slipway down" ends what a killed supervisor has left, services too', async () => {
    up = at.up();
    await at.serving();
    await eventually('it serves again', async () => (await fetch(endpoint)).ok);
    endProcess(up.pid, 'SIGKILL');
    await up.ended;
    const parts = [at.pidOf('control-plane'), at.pidOf('router')];
    expect(await down(at.home, 'stop')).toEqual({ ran: true, left: 0 });
    expect([await Promise.all(parts.map((part) => isAlive(part))), await pids()]).toEqual([[false, false], []]);
    expect(await down(at.home, 'stop')).toEqual({ ran: false, left: 0 });
  }, 60_000);

  it('says how many processes of services it could not end without a control plane', async () => {
    up = at.up();
    await at.serving();
    await eventually('it serves again', async () => (await fetch(endpoint)).ok);
    endProcess(up.pid, 'SIGKILL');
    await up.ended;
    endProcess(at.pidOf('control-plane'), 'SIGKILL');
    const { ran, left } = await down(at.home, 'stop');
    expect([ran, left >= (await pids()).length && left > 0]).toEqual([true, true]);
  }, 60_000);
});

describe('several at the same moment', () => {
  it('one gets the home and serves, the others are refused and harm nothing', async () => {
    const at = new Supervised();
    try {
      const ups = [at.up(), at.up(), at.up()];
      const refused = new Set<Up>();
      for (const one of ups) void one.ended.then(() => refused.add(one));
      await eventually('two are refused', () => refused.size === 2);
      await at.serving();
      await pause(1000);
      expect([refused.size, ups.filter((one) => !refused.has(one)).map(({ pid }) => pid)]).toEqual([2, [at.pidOf('supervisor')]]);
      for (const one of refused) expect(await one.ended).toEqual({ code: 1, said: expect.stringContaining('Another supervisor') });
      await at.serving();
    } finally {
      await at.close();
    }
  }, 60_000);
});

describe('a port that is taken', () => {
  let taken: Server;
  let port: number;
  beforeAll(async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    port = (taken.address() as { port: number }).port;
  });
  afterAll(() => void taken.close());

  it('the API\'s is said, with what to do, and nothing is left running', async () => {
    const at = new Supervised({ SLIPWAY_PORT: String(port) });
    try {
      const { code, said } = await at.up().ended;
      expect([code, said]).toEqual([1, expect.stringMatching(new RegExp(`The control-plane cannot run\\. The port ${port} of 127\\.0\\.0\\.1 is taken by another program.*control-plane\\.log`))]);
    } finally {
      await at.close();
    }
  }, 60_000);
});
