import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { InstanceId } from '../../../../src/domain/ids.ts';
import type { ObservedInstance } from '../../../../src/domain/state.ts';
import { eventually, isAlive, processRig, type Rig, specOf } from './rig.ts';

const MISSING_DIGEST = `sha256:${'0'.repeat(64)}`;

describe('an instance that fails', () => {
  let rig: Rig;
  let offset = 0;
  const clock = { now: () => Date.now() + offset };
  const open = async (settings: Parameters<typeof processRig>[0] = {}) => {
    offset = 0;
    rig = await processRig(settings, clock);
  };
  afterEach(() => rig.close());

  const one = (what: string, holds: (seen: ObservedInstance) => boolean) =>
    eventually(what, async () => {
      const [seen, ...others] = await rig.instances();
      return others.length === 0 && seen !== undefined && holds(seen) && seen;
    });

  it.each([
    ['a command that is not there', { start: ['no-such-program-here'] }, '"no-such-program-here" was not found in PATH'],
    ['a file that is not in the artifact', { start: ['./missing'] }, '"./missing" was not found in the artifact'],
    ['a file that may not be run', { start: ['./server.cjs'] }, '"./server.cjs" is not executable'],
    ['an artifact that is not there', { digest: MISSING_DIGEST }, 'there is no artifact'],
    ['a secret that is not there', { secrets: { KEY: { from: 'shop/key' } } }, 'the secret "shop/key" for KEY could not be read: '],
  ])('says so of %s, and does not try it again', async (_, overrides, problem) => {
    await open();
    await rig.launch(specOf(overrides), 1);
    const seen = await one('the problem is told', ({ health }) => health === 'unhealthy');
    expect(seen).toMatchObject({ problem: expect.stringContaining(problem), address: null, quarantined: true });
    await eventually('it is announced', () => rig.changes.find(({ kind, instance }) => kind === 'exited' && instance === seen.instance));
  });

  it('tries again for one that takes the place of another: what it starts with may be back soon', async () => {
    await open();
    rig.secrets.set('shop/key', 'value');
    const spec = specOf({ configuration: { EXIT_AT_START: '3' }, secrets: { KEY: { from: 'shop/key' } } });
    await rig.launch(spec, 1);
    const first = await one('it has ended', ({ health }) => health === 'stopped');
    rig.secrets.delete('shop/key');
    expect((await rig.relaunch([first.instance], spec)).started).toHaveLength(1);
    expect(await one('the problem is told', ({ problem }) => problem?.includes('could not be read') === true)).toMatchObject({ quarantined: false });
  });

  it('is quarantined after five failures, until a newer generation', async () => {
    await open();
    const spec = specOf({ configuration: { EXIT_AT_START: '3' } });
    await rig.launch(spec, 1);
    const waits: string[] = [];
    for (let failures = 1; failures <= 5; failures += 1) {
      const seen = await one('it has ended', ({ health }) => health === 'stopped');
      expect(seen.problem).toContain('exited with code 3');
      expect(seen.quarantined).toBe(failures === 5);
      const { started, waiting, quarantined } = await rig.relaunch([seen.instance], spec);
      waits.push(started.length > 0 ? 'started' : waiting.length > 0 ? 'waiting' : quarantined.length > 0 ? 'quarantined' : 'nothing');
      if (waiting.length === 0) continue;
      offset += 10_000;
      expect((await rig.relaunch([seen.instance], spec)).started).toHaveLength(1);
    }
    expect(waits).toEqual(['started', 'waiting', 'waiting', 'waiting', 'quarantined']);
    await eventually('the alert is given once', () => rig.changes.filter(({ kind }) => kind === 'quarantined').length === 1);
    const [stuck] = await rig.instances();
    offset += 3_600_000;
    expect((await rig.relaunch([stuck?.instance as InstanceId], spec)).quarantined).toEqual([stuck?.instance]);
    expect(await rig.launch(spec, 1)).toMatchObject({ started: [], stopping: [] });
    rig.setGeneration(2);
    expect((await rig.relaunch([stuck?.instance as InstanceId], spec)).started).toHaveLength(1);
  });

  it('gives way to a fresh one when a newer generation launches', async () => {
    await open();
    const sick = specOf({ configuration: { EXIT_AT_START: '1' } });
    await rig.launch(sick, 1);
    const old = await one('it has ended', ({ health }) => health === 'stopped');
    rig.setGeneration(2);
    const { started, stopping } = await rig.launch(specOf(), 1);
    expect([started.length, stopping]).toEqual([1, [old.instance]]);
    await rig.healthy(1);
  });

  it('is asked for again by itself when its backoff is over', async () => {
    await open();
    const spec = specOf({ configuration: { EXIT_AT_START: '1' } });
    await rig.launch(spec, 1);
    const first = await one('it has ended', ({ health }) => health === 'stopped');
    const [second] = (await rig.relaunch([first.instance], spec)).started;
    await one('the second has ended', ({ instance, health }) => instance === second && health === 'stopped');
    expect((await rig.relaunch([second as InstanceId], spec)).waiting).toEqual([second]);
    await eventually('it is announced once more', () => rig.changes.filter(({ kind, instance }) => kind === 'exited' && instance === second).length === 2);
  });

  it('has a clean slate after a healthy minute', async () => {
    await open();
    await rig.launch(specOf(), 1);
    for (let round = 0; round < 2; round += 1) {
      const [seen] = await rig.healthy(1);
      process.kill(-(await rig.pidOf(seen?.instance as InstanceId)), 'SIGKILL');
      const ended = await one('it has ended', ({ health }) => health === 'stopped');
      expect((await rig.relaunch([ended.instance], specOf())).started).toHaveLength(1);
      await rig.healthy(1);
      offset += 61_000;
      expect((await rig.instances())[0]?.relaunches).toBe(0);
    }
  });

  it('that hangs is unhealthy, detached, and killed when it is replaced', async () => {
    await open();
    const spec = specOf({ configuration: { IGNORE_SIGTERM: '1' }, stopSeconds: 0.3 });
    await rig.launch(spec, 1);
    const [seen] = await rig.healthy(1);
    const pid = await rig.pidOf(seen?.instance as InstanceId);
    await fetch(`http://${seen?.address}/hang`);
    const hung = await one('it is unhealthy', ({ health }) => health === 'unhealthy');
    expect(hung.problem).toContain('no answer within 0.5 s, 2 times in a row');
    await eventually('it is detached', async () => (await rig.traffic.get(spec.service, spec.environment))?.upstreams[spec.revision]?.length === 0);
    await rig.relaunch([hung.instance], spec);
    await eventually('a new one serves alone', async () => {
      const now = await rig.instances();
      return now.length === 1 && now[0]?.health === 'healthy' && now[0].instance !== hung.instance;
    });
    expect(await isAlive(pid)).toBe(false);
  });

  it('that listens on a port of its own choice is told where, and where it should', async () => {
    await open();
    await rig.launch(specOf({ configuration: { OWN_PORT: '1' }, health: { path: '/', interval: 0.1, timeout: 0.5, failures: 2, startWithin: 1 } }), 1);
    const { problem } = await one('the problem is told', ({ health }) => health === 'unhealthy');
    expect(problem).toMatch(process.platform === 'linux' ? /nothing listens on its port\. It listens on \d+: let it take its port, now \d+, from the variable PORT\.$/ : /nothing listens on its port\.$/);
  });

  it('that answers with errors from its start is never healthy', async () => {
    await open();
    await rig.launch(specOf({ configuration: { SICK: '1' }, health: { path: '/', interval: 0.1, timeout: 0.5, failures: 2, startWithin: 0.5 } }), 1);
    const seen = await one('it is unhealthy', ({ health }) => health === 'unhealthy');
    expect(seen.problem).toContain('was not healthy within 0.5 s of its start: its health check was answered with status 500');
    expect(rig.changes.some(({ kind }) => kind === 'healthy')).toBe(false);
  });

  it('whose port is answered by another process is not healthy', async () => {
    await open({ ports: { from: 33_991, to: 33_992 } });
    await rig.launch(specOf({ start: ['node', '-e', 'setInterval(() => {}, 1000)'] }), 1);
    const running = await one('it runs', ({ address }) => address !== null);
    const foreign = createServer((_, response) => response.end('not me')).listen(Number(running.address?.split(':')[1]), '127.0.0.1');
    await once(foreign, 'listening');
    try {
      const seen = await one('it is unhealthy', ({ health }) => health === 'unhealthy');
      expect(seen.problem).toContain('is answered by another process');
    } finally {
      foreign.close();
    }
  });

  it('is noticed by observe alone when no event came', async () => {
    await open({ adoptedPollMs: 3_600_000 });
    await rig.launch(specOf(), 1);
    const [seen] = await rig.healthy(1);
    await rig.restart();
    process.kill(-(await rig.pidOf(seen?.instance as InstanceId)), 'SIGKILL');
    await one('it has ended', ({ health }) => health === 'stopped');
    expect((await rig.relaunch([seen?.instance as InstanceId], specOf())).started).toHaveLength(1);
  });

  it('leaves nothing behind, whatever it had started', async () => {
    await open();
    await rig.launch(specOf({ configuration: { SPAWN_CHILD: 'detached' } }), 1);
    const [seen] = await rig.healthy(1);
    const [log] = await rig.target.logs(specOf());
    const child = Number(/child (\d+)/.exec(log?.text ?? '')?.[1]);
    expect(await isAlive(child)).toBe(true);
    process.kill(await rig.pidOf(seen?.instance as InstanceId), 'SIGKILL');
    await eventually('its child is gone too', async () => !(await isAlive(child)));
  });
});
