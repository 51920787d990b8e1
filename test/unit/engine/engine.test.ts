import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NAME_KEPT_MS } from '../../../src/engine/journal/archive.ts';
import { createAlarms, type Alarm } from '../../../src/engine/runtime/alarms.ts';
import { call, ended, machine, running, until } from './running.ts';

const PASS = machine('P', { P: { Type: 'Pass', End: true } });

describe('the engine', () => {
  it('starts a name once: the same input changes nothing, another is a Conflict', async () => {
    let calls = 0;
    const { engine } = running({ machines: { it: machine('T', { T: call('f') }) }, invoke: async () => { calls += 1; } });
    await Promise.all([1, 2, 3].map(() => engine.start({ machine: 'it', name: 'a', input: { x: 1, y: 2 } })));
    await ended(engine, 'it', 'a');
    await engine.start({ machine: 'it', name: 'a', input: { y: 2, x: 1 } });
    await expect(engine.start({ machine: 'it', name: 'a', input: { x: 2 } })).rejects.toMatchObject({ name: 'Conflict' });
    await expect(engine.start({ machine: 'no', name: 'a', input: {} })).rejects.toMatchObject({ name: 'NotFound', message: expect.stringContaining('it') });
    await expect(engine.start({ machine: 'it', name: 'a b', input: {} })).rejects.toMatchObject({ name: 'InvalidInput' });
    await expect(engine.start({ machine: 'it', name: 'big', input: 'x'.repeat(262_144) })).rejects.toMatchObject({ name: 'InvalidInput' });
    expect(calls).toBe(1);
    await engine.close();
  });

  it('refuses a journal that another engine has open, and takes it when that has closed', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'engine-'));
    const database = path.join(folder, 'engine.db');
    const { engine } = running({ machines: { it: PASS }, database });
    expect(() => running({ machines: { it: PASS }, database })).toThrow(/in use by another process/);
    await engine.close();
    await running({ machines: { it: PASS }, database }).engine.close();
    rmSync(folder, { recursive: true });
  });

  it('goes on with the definition that an execution was started with', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'engine-'));
    const database = path.join(folder, 'engine.db');
    const of = (Output: string) => ({ it: machine('T', { T: call('f', {}, { Next: 'P' }), P: { Type: 'Pass', Output, End: true } }) });
    const first = running({ machines: of('old'), database, invoke: () => new Promise(() => undefined) });
    await first.engine.start({ machine: 'it', name: 'a', input: {} });
    await first.engine.close();
    const second = running({ machines: of('new'), database });
    await second.engine.recover();
    expect((await ended(second.engine, 'it', 'a')).output).toBe('old');
    await second.engine.close();
    rmSync(folder, { recursive: true });
  });

  it('prunes what is over, but keeps its name for 90 days', async () => {
    let now = 1_000_000;
    const { engine } = running({ machines: { it: PASS, wait: machine('W', { W: { Type: 'Wait', Seconds: 10_000_000, End: true } }) }, clock: { now: () => now } });
    await engine.start({ machine: 'it', name: 'a', input: 1 });
    await engine.start({ machine: 'wait', name: 'w', input: 1 });
    expect(await engine.prune(now + 1)).toBe(1);
    expect(await engine.describe('it', 'a')).toBeUndefined();
    expect(await engine.history('it', 'a', { limit: 10 })).toEqual([]);
    expect((await engine.list()).map(({ name }) => name)).toEqual(['w']);
    await engine.start({ machine: 'it', name: 'a', input: 1 });
    expect(await engine.describe('it', 'a')).toBeUndefined();
    await expect(engine.start({ machine: 'it', name: 'a', input: 2 })).rejects.toMatchObject({ name: 'Conflict' });
    now += NAME_KEPT_MS + 1;
    await engine.prune(now);
    await engine.start({ machine: 'it', name: 'a', input: 2 });
    expect(await engine.describe('it', 'a')).toMatchObject({ status: 'SUCCEEDED', input: 2 });
    await engine.close();
  });

  it('tells listeners what is journaled, pages the history, and outlives a listener that throws', async () => {
    const { engine, faults } = running({ machines: { it: PASS } });
    const heard: string[] = [];
    engine.onEvent(() => { throw new Error('listener'); });
    const stop = engine.onEvent(({ type, execution }) => heard.push(`${execution} ${type}`));
    await engine.start({ machine: 'it', name: 'a', input: {} });
    stop();
    await engine.start({ machine: 'it', name: 'b', input: {} });
    expect(heard).toEqual(['a ExecutionStarted', 'a PassStateEntered', 'a PassStateExited', 'a ExecutionSucceeded']);
    expect(faults.length).toBeGreaterThan(0);
    expect((await engine.history('it', 'a', { limit: 2, after: 1 })).map(({ id }) => id)).toEqual([2, 3]);
    expect((await engine.list({ status: 'SUCCEEDED', limit: 1 })).map(({ name }) => name)).toEqual(['b']);
    await engine.close();
  });

  it('lets a thousand executions wait and end them all', async () => {
    const { engine, seen } = running({ machines: { it: machine('W', { W: { Type: 'Wait', Seconds: 1, End: true } }) } });
    await Promise.all(Array.from({ length: 1000 }, (_, index) => engine.start({ machine: 'it', name: `n${index}`, input: index })));
    await until(() => seen.filter(({ type }) => type === 'ExecutionSucceeded').length === 1000);
    await engine.close();
  });
});

describe('alarms', () => {
  it('ring in order of time, drop what is stale, and keep no heap of it', () => {
    let now = 0;
    const rung: number[] = [];
    const pending: (() => void)[] = [];
    const alarms = createAlarms({ now: () => now, timers: { after: (_delay, callback) => { pending.push(callback); return () => undefined; } }, ring: ({ due }) => { rung.push(due); }, isLive: ({ ticket }: Alarm) => ticket === 1 });
    const dues = Array.from({ length: 5000 }, (_, index) => (index * 7919) % 5000);
    for (const due of dues) alarms.set({ due, execution: 1, branch: '', ticket: due % 10 === 0 ? 1 : 0 });
    now = 2500;
    alarms.wake();
    now = 5000;
    alarms.wake();
    expect(rung).toEqual(Array.from({ length: 500 }, (_, index) => index * 10));
    expect(pending.length).toBeGreaterThan(0);
  });
});
