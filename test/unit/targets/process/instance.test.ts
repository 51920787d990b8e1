import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProviderUnavailable } from '../../../../src/domain/errors.ts';
import type { InstanceId } from '../../../../src/domain/ids.ts';
import { eventually, isAlive, processRig, type Rig, specOf } from './rig.ts';

const SECRET = 'correct-horse-battery-staple';

interface Seen {
  readonly environment: Record<string, string>;
  readonly directory: string;
}

/** Every file below a directory, links not followed. */
const filesIn = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

describe('a running instance', () => {
  let rig: Rig;
  afterEach(() => rig.close());
  const environmentIn = async (address: string | null | undefined): Promise<Seen> => (await (await fetch(`http://${address}/environment`)).json()) as Seen;

  it('gets its own variables and nothing of ours', async () => {
    rig = await processRig();
    rig.secrets.set('shop/key', SECRET);
    await rig.launch(specOf({ configuration: { COLOUR: 'green', PORT: '1' }, secrets: { KEY: { from: 'shop/key' } } }), 1);
    const [seen] = await rig.healthy(1);
    const { environment, directory } = await environmentIn(seen?.address);
    expect(Object.keys(environment).sort()).toEqual(['COLOUR', 'HOME', 'HOST', 'KEY', 'LANG', 'PATH', 'PORT', 'SLIPWAY_DIRECTORY', 'SLIPWAY_ENVIRONMENT', 'SLIPWAY_INSTANCE', 'SLIPWAY_REVISION', 'SLIPWAY_SERVICE', 'SLIPWAY_VERSION', 'SLIPWAY_ZONE', 'TMPDIR']);
    expect(environment).toMatchObject({ COLOUR: 'green', KEY: SECRET, HOST: '127.0.0.1', PORT: seen?.address?.split(':')[1], SLIPWAY_INSTANCE: seen?.instance, SLIPWAY_ZONE: seen?.zone });
    expect(directory).toBe(realpathSync(join(rig.directory, 'artifacts', 'a'.repeat(64))));
  });

  it('never has its secrets on disk', async () => {
    rig = await processRig();
    rig.secrets.set('shop/key', SECRET);
    const spec = specOf({ secrets: { KEY: { from: 'shop/key' } } });
    const { started } = await rig.launch(spec, 1);
    await rig.healthy(1);
    process.kill(-(await rig.pidOf(started[0] as InstanceId)), 'SIGKILL');
    await eventually('it has ended', async () => (await rig.instances())[0]?.health === 'stopped');
    const holding = filesIn(rig.directory).filter((file) => readFileSync(file).includes(SECRET));
    expect(holding).toEqual([]);
    expect(JSON.stringify([await rig.instances(), rig.changes])).not.toContain(SECRET);
    expect(statSync(join(rig.directory, 'instances', started[0] as string, 'instance.json')).mode & 0o777).toBe(0o600);
  });

  it('runs in an artifact that is unpacked once, read-only, and writes in a place of its own', async () => {
    rig = await processRig();
    const { started } = await rig.launch(specOf({ start: ['./run'], configuration: { WRITE_FILE: '1' } }), 3);
    await rig.healthy(3);
    expect(rig.artifacts.unpacked).toBe(1);
    const artifact = join(rig.directory, 'artifacts', 'a'.repeat(64));
    expect(statSync(artifact).mode & 0o222).toBe(0);
    expect(statSync(join(artifact, 'server.cjs')).mode & 0o222).toBe(0);
    expect(statSync(join(artifact, 'run')).mode & 0o111).not.toBe(0);
    for (const instance of started) expect(filesIn(join(rig.directory, 'instances', instance, 'work'))).toHaveLength(1);
  });

  it('that uses too much memory is ended, and it is said why', async () => {
    rig = await processRig({ sampleMs: 50, cgroupParent: '/nowhere' });
    await rig.launch(specOf({ configuration: { HOARD: '1' }, resources: { memory: 160 * 1024 * 1024, cpu: 8 } }), 1);
    const change = await eventually('it is ended', () => rig.changes.find(({ kind }) => kind === 'limit'));
    expect(change.detail).toMatch(/used \d+ MiB of memory and may use 160 MiB/);
    expect((await rig.instances())[0]).toMatchObject({ health: 'stopped', problem: change.detail });
    expect((await rig.target.describe({ verb: 'describe' })).limits.memory).toContain('measured');
  });

  it('that uses too much processor time for long is ended, and others are not', async () => {
    rig = await processRig({ sampleMs: 100, cpuWindowMs: 1000, cgroupParent: '/nowhere' });
    await rig.launch(specOf({ configuration: { SPIN: '1' }, resources: { memory: 512 * 1024 * 1024, cpu: 0.05 } }), 1);
    const calm = specOf({ service: 'orders', revision: 'orders-1-production' });
    await rig.launch(calm, 1);
    const change = await eventually('it is ended', () => rig.changes.find(({ kind }) => kind === 'limit'));
    expect(change.ref.service).toBe('catalog');
    expect(change.detail).toMatch(/processor cores for 1 s and may use 0.05/);
    await eventually('the calm one is healthy', async () => (await rig.instances(calm))[0]?.health === 'healthy');
  });

  it('has its log rotated while it writes, within bounds', async () => {
    const bytesMax = 200_000;
    rig = await processRig({ sampleMs: 50, logBytesMax: bytesMax, logFilesKept: 2 });
    const { started } = await rig.launch(specOf({ configuration: { CHATTER: '1' } }), 1);
    const directory = join(rig.directory, 'instances', started[0] as string);
    const logs = () => readdirSync(directory).filter((name) => name.startsWith('log')).sort();
    await eventually('two older files', () => logs().length === 3);
    const first = statSync(join(directory, 'log.1')).mtimeMs;
    await eventually('one rotation more', () => statSync(join(directory, 'log.1')).mtimeMs > first);
    expect(logs()).toEqual(['log', 'log.1', 'log.2']);
    expect(statSync(join(directory, 'log.2')).size).toBeLessThanOrEqual(bytesMax + 1024 * 1024);
    // No hole at the beginning: the process appends to the truncated file.
    expect(readFileSync(join(directory, 'log')).includes(0)).toBe(false);
    const [log] = await rig.target.logs(specOf(), { tailBytes: 5000 });
    expect(log).toMatchObject({ instance: started[0], revision: specOf().revision, live: true });
    expect(log?.text).toHaveLength(5000);
  });

  it('has its log kept when it is gone', async () => {
    rig = await processRig({ logsArchived: 1 });
    await rig.launch(specOf(), 2);
    await rig.healthy(2);
    await rig.launch(specOf(), 0);
    await eventually('one log is kept', async () => {
      const logs = await rig.target.logs(specOf());
      return logs.length === 1 && logs[0]?.live === false && logs[0].text.includes('listening');
    });
  });

  it('that ignores SIGTERM is killed after its grace period, with its children', async () => {
    rig = await processRig();
    const { started } = await rig.launch(specOf({ configuration: { IGNORE_SIGTERM: '1', SPAWN_CHILD: 'attached' }, stopSeconds: 0.5 }), 1);
    await rig.healthy(1);
    const pid = await rig.pidOf(started[0] as InstanceId);
    const child = Number(/child (\d+)/.exec((await rig.target.logs(specOf()))[0]?.text ?? '')?.[1]);
    await rig.launch(specOf(), 0);
    await eventually('it is gone', async () => (await rig.instances()).length === 0);
    expect(await isAlive(pid)).toBe(false);
    await eventually('its child is gone', async () => !(await isAlive(child)));
  });

  it('is stopped only when its requests have ended', async () => {
    rig = await processRig();
    const spec = specOf({ drainSeconds: 60 });
    const { started } = await rig.launch(spec, 1);
    await rig.healthy(1);
    const instance = started[0] as InstanceId;
    let underWay = 1;
    rig.traffic.inFlight = async () => ({ [instance]: underWay });
    await rig.launch(spec, 0);
    await eventually('it is detached', async () => (await rig.traffic.get(spec.service, spec.environment))?.upstreams[spec.revision] === undefined);
    const pid = await rig.pidOf(instance);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await isAlive(pid)).toBe(true);
    expect((await rig.instances())[0]?.health).toBe('draining');
    underWay = 0;
    await eventually('it is gone', async () => (await rig.instances()).length === 0);
  });

  it('is attached when the router is back', async () => {
    rig = await processRig();
    const { traffic } = rig;
    const [put, attach] = [traffic.put.bind(traffic), traffic.attach.bind(traffic)];
    let refused = 0;
    const away = () => {
      refused += 1;
      return Promise.reject(new ProviderUnavailable('the router is away'));
    };
    Object.assign(traffic, { put: away, attach: away });
    await rig.launch(specOf(), 1);
    await eventually('it was tried more than once', () => refused > 2);
    Object.assign(traffic, { put, attach });
    await eventually('it is attached', async () => (await traffic.get(specOf().service, specOf().environment))?.upstreams[specOf().revision]?.length === 1);
  });

  it('is attached again when the router has lost it', async () => {
    rig = await processRig();
    await rig.launch(specOf(), 1);
    await rig.healthy(1);
    const { service, environment, revision } = specOf();
    await eventually('it is attached', async () => (await rig.traffic.get(service, environment))?.upstreams[revision]?.length === 1);
    await rig.traffic.attach(service, environment, {});
    await rig.instances();
    await eventually('it is attached again', async () => (await rig.traffic.get(service, environment))?.upstreams[revision]?.length === 1);
  });

  it('is stopped with all others, and nothing starts after that', async () => {
    rig = await processRig();
    await rig.launch(specOf(), 2);
    const pids = await Promise.all((await rig.healthy(2)).map(({ instance }) => rig.pidOf(instance)));
    await rig.target.stopAll();
    expect(await Promise.all(pids.map(isAlive))).toEqual([false, false]);
    expect(await rig.instances()).toEqual([]);
    await expect(rig.launch(specOf(), 1)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('refuses to launch what it cannot record', async () => {
    rig = await processRig();
    rmSync(join(rig.directory, 'instances'), { recursive: true });
    writeFileSync(join(rig.directory, 'instances'), 'in the way');
    await expect(rig.launch(specOf(), 1)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('Nothing was started') });
    expect(await rig.instances()).toEqual([]);
  });
});

describe('a stray', () => {
  let rig: Rig;
  afterEach(() => rig.close());

  it('is observed, and stopped by relaunch without a replacement', async () => {
    rig = await processRig();
    const spec = specOf();
    const { started } = await rig.launch(spec, 1);
    await rig.healthy(1);
    const marker = { SLIPWAY_DIRECTORY: realpathSync(rig.directory), SLIPWAY_INSTANCE: 'catalog-1-production.unknown', SLIPWAY_REVISION: spec.revision, SLIPWAY_SERVICE: spec.service, SLIPWAY_ENVIRONMENT: spec.environment, SLIPWAY_ZONE: 'a' };
    const stray = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true, env: marker });
    const seen = await eventually('it is observed', async () => (await rig.instances()).find(({ problem }) => problem?.startsWith('stray')));
    expect(seen.problem).toContain(`process ${stray.pid}`);
    const result = await rig.relaunch([seen.instance], spec);
    expect(result).toMatchObject({ started: [], quarantined: [], waiting: [] });
    await eventually('it is gone', async () => !(await isAlive(stray.pid as number)));
    expect((await rig.healthy(1))[0]?.instance).toBe(started[0]);
  });

  it('is also an instance whose revision nobody knows, unless traffic goes there', async () => {
    rig = await processRig();
    const unknown = specOf({ revision: 'catalog-9-production' });
    const { started } = await rig.launch(unknown, 1);
    await rig.healthy(1);
    const { service, environment, stickiness } = unknown;
    await rig.traffic.put({ ...(await rig.traffic.get(service, environment))!, weights: { [unknown.revision]: 100 }, stickiness });
    expect((await rig.relaunch(started, specOf())).waiting).toEqual(started);
    await rig.traffic.put({ ...(await rig.traffic.get(service, environment))!, weights: {}, stickiness });
    expect(await rig.relaunch(started, specOf())).toMatchObject({ started: [], waiting: [] });
    await eventually('it is gone', async () => (await rig.instances()).length === 0);
  });
});
