import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstanceId } from '../../../../src/domain/ids.ts';
import { InstanceRecord } from '../../../../src/targets/process/instance-record.ts';
import { eventually, isAlive, processRig, type Rig, specOf } from './rig.ts';

const HOST = join(dirname(fileURLToPath(import.meta.url)), 'host.ts');

const recordPath = (rig: Rig, instance: string) => join(rig.directory, 'instances', instance, 'instance.json');
const recordOf = (rig: Rig, instance: string) => InstanceRecord.parse(JSON.parse(readFileSync(recordPath(rig, instance), 'utf8')));
const editRecord = (rig: Rig, instance: string, change: Partial<InstanceRecord>) => writeFileSync(recordPath(rig, instance), JSON.stringify({ ...recordOf(rig, instance), ...change }));

describe('adoption', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await processRig();
  });
  afterEach(() => rig.close());

  /** Instances that another process launched, which was then killed without a chance to say good-bye. */
  async function leftByKilledHost(count: number): Promise<Map<InstanceId, number>> {
    const host = spawn(process.execPath, ['--conditions=slipway-local', HOST, rig.directory, join(rig.directory, '..', 'source'), String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(host, 'exit');
    await Promise.race([once(host.stdout, 'data'), exited.then(() => Promise.reject(new Error('the host ended before it was ready')))]);
    host.kill('SIGKILL');
    await exited;
    const ids = readdirSync(join(rig.directory, 'instances')) as InstanceId[];
    return new Map(await Promise.all(ids.map(async (id) => [id, await rig.pidOf(id)] as const)));
  }

  it('takes over instances of a killed process without restarting them', async () => {
    const before = await leftByKilledHost(3);
    expect(before.size).toBe(3);
    expect(await rig.target.adopt()).toEqual({ adopted: 3, lost: 0 });
    const seen = await rig.healthy(3);
    const after = new Map(await Promise.all(seen.map(async ({ instance }) => [instance, await rig.pidOf(instance)] as const)));
    expect(after).toEqual(before);
    const route = await eventually('they are attached', async () => await rig.traffic.get(specOf().service, specOf().environment));
    expect(route.upstreams[specOf().revision]).toHaveLength(3);
    expect(await rig.launch(specOf(), 3)).toMatchObject({ started: [], stopping: [] });
  });

  it('notices the end of an adopted process, and replaces it', async () => {
    const [[victim, pid] = []] = await leftByKilledHost(2);
    await rig.target.adopt();
    process.kill(pid as number, 'SIGKILL');
    await eventually('the end is told', () => rig.changes.find(({ kind, instance }) => kind === 'exited' && instance === victim));
    expect((await rig.relaunch([victim as InstanceId], specOf())).started).toHaveLength(1);
    await rig.healthy(2);
  });

  it('stops an adopted process as well as one of its own', async () => {
    const before = await leftByKilledHost(2);
    await rig.target.adopt();
    await rig.launch(specOf(), 0);
    await eventually('nothing is left', async () => (await rig.instances()).length === 0);
    for (const pid of before.values()) expect(await isAlive(pid)).toBe(false);
  });

  it('tells what ended while it was away', async () => {
    const [[victim, pid] = []] = await leftByKilledHost(2);
    process.kill(pid as number, 'SIGKILL');
    await eventually('it is gone', async () => !(await isAlive(pid as number)));
    expect(await rig.target.adopt()).toEqual({ adopted: 1, lost: 1 });
    expect((await rig.instances()).find(({ instance }) => instance === victim)).toMatchObject({ health: 'stopped', problem: expect.stringContaining('while Slipway was away') });
    await eventually('it is told', () => rig.changes.find(({ kind }) => kind === 'exited'));
  });

  it('finds a process whose record was never finished by its marker', async () => {
    const { started } = await rig.launch(specOf(), 1);
    await rig.healthy(1);
    const instance = started[0] as InstanceId;
    const pid = await rig.pidOf(instance);
    await rig.target.close();
    editRecord(rig, instance, { state: { phase: 'intended' } });
    expect(await rig.restart()).toEqual({ adopted: 1, lost: 0 });
    const seen = await rig.healthy(1);
    expect(seen[0]?.instance).toBe(instance);
    expect(await rig.pidOf(instance)).toBe(pid);
  });

  it('finishes a start that had not come to a process', async () => {
    const { started } = await rig.launch(specOf(), 1);
    await rig.healthy(1);
    const instance = started[0] as InstanceId;
    const pid = await rig.pidOf(instance);
    await rig.target.close();
    editRecord(rig, instance, { state: { phase: 'intended' } });
    process.kill(pid, 'SIGKILL');
    await eventually('it is gone', async () => !(await isAlive(pid)));
    await rig.restart();
    expect((await rig.healthy(1))[0]?.instance).toBe(instance);
    expect(await rig.pidOf(instance)).not.toBe(pid);
  });

  it('goes on with a stop that was cut off', async () => {
    const { started } = await rig.launch(specOf(), 1);
    await rig.healthy(1);
    const instance = started[0] as InstanceId;
    const pid = await rig.pidOf(instance);
    await rig.target.close();
    const { state } = recordOf(rig, instance);
    if (state.phase !== 'running') throw new Error('it should run');
    editRecord(rig, instance, { state: { phase: 'draining', process: state.process, until: Date.now() } });
    await rig.restart();
    await eventually('nothing is left', async () => (await rig.instances()).length === 0);
    expect(await isAlive(pid)).toBe(false);
  });

  it('never takes a later process with the same number for its own', async () => {
    const { started } = await rig.launch(specOf(), 1);
    await rig.healthy(1);
    const instance = started[0] as InstanceId;
    process.kill(-(await rig.pidOf(instance)), 'SIGKILL');
    await eventually('it is seen', async () => (await rig.instances()).every(({ health }) => health === 'stopped'));
    const innocent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
    try {
      await rig.target.close();
      const pid = innocent.pid as number;
      editRecord(rig, instance, { state: { phase: 'running', process: { pid, identity: 'another boot/1', port: 22_000 }, health: 'healthy', startedAt: Date.now(), healthySince: Date.now() } });
      expect(await rig.restart()).toEqual({ adopted: 0, lost: 1 });
      await rig.launch(specOf(), 0);
      await eventually('nothing is left', async () => (await rig.instances()).length === 0);
      expect(await isAlive(pid)).toBe(true);
    } finally {
      innocent.kill('SIGKILL');
    }
  });

  it('ends what runs in a directory whose record cannot be read', async () => {
    const { started } = await rig.launch(specOf(), 1);
    await rig.healthy(1);
    const pid = await rig.pidOf(started[0] as InstanceId);
    await rig.target.close();
    writeFileSync(recordPath(rig, started[0] as string), '{"half');
    expect(await rig.restart()).toEqual({ adopted: 0, lost: 1 });
    expect(await isAlive(pid)).toBe(false);
    expect(readdirSync(join(rig.directory, 'instances'))).toEqual([]);
  });
});
