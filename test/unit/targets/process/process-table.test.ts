import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseCpuTime, parseIdentity, parseMarked, parseUsage } from '../../../../src/targets/process/process-table/darwin.ts';
import { processTable } from '../../../../src/targets/process/process-table/index.ts';
import { parseStat } from '../../../../src/targets/process/process-table/linux.ts';
import { signalGroup } from '../../../../src/targets/process/stop.ts';
import { eventually, isAlive } from './rig.ts';

describe('Linux: /proc/pid/stat', () => {
  it('is read past a command with spaces and parentheses', () => {
    const fields = ['S', 1, 70, 71, 0, -1, 4194560, 100, 0, 0, 0, 12, 3, 4, 5, 20, 0, 1, 0, 98765, 1000000, 250].join(' ');
    expect(parseStat(`77 (a) b (c)) ${fields}`)).toEqual({ state: 'S', group: 70, session: 71, cpuTicks: 24, start: '98765', residentPages: 250 });
  });
});

describe('macOS: ps', () => {
  const start = 'Thu Mar  5 10:20:30 2026';

  it('tells a process by its start, and none from one that only waits to be collected', () => {
    expect(parseIdentity(`Ss   ${start}\n`)).toBe(start);
    expect(parseIdentity(`Z    ${start}\n`)).toBeUndefined();
    expect(parseIdentity('')).toBeUndefined();
  });

  it('finds the marker among the variables', () => {
    const marker = 'PORT=22001 SLIPWAY_INSTANCE=i.1 SLIPWAY_REVISION=r-1 SLIPWAY_SERVICE=catalog SLIPWAY_ENVIRONMENT=staging SLIPWAY_ZONE=a';
    const text = [
      `  501   501 Ss   ${start} node server.js ${marker} SLIPWAY_DIRECTORY=/data one`,
      `  502   501 S    ${start} node server.js ${marker} SLIPWAY_DIRECTORY=/data/other`,
      `  503   501 Z    ${start} (node) ${marker} SLIPWAY_DIRECTORY=/data`,
      `  504   504 S    ${start} vi notes`,
    ].join('\n');
    expect(parseMarked(text, '/data')).toEqual([{ pid: 501, group: 501, identity: start, marker: { instance: 'i.1', revision: 'r-1', service: 'catalog', environment: 'staging', zone: 'a', port: 22_001 } }]);
  });

  it('adds up memory and processor time per group', () => {
    expect(parseUsage('  501  1024   0:01.50\n  501  2048   1:00.00\n  502     1   0:00.00\n')).toEqual(new Map([[501, { memoryBytes: 3 * 1024 * 1024, cpuSeconds: 61.5 }], [502, { memoryBytes: 1024, cpuSeconds: 0 }]]));
    expect(parseCpuTime('1-02:03:04.50')).toBe(86_400 + 7200 + 180 + 4.5);
  });
});

describe('the process table of this machine', () => {
  const table = processTable();
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));
  const run = (code: string, env: Record<string, string> = {}) => (child = spawn(process.execPath, ['-e', code], { detached: true, stdio: ['ignore', 'pipe', 'ignore'], env }));

  it('gives a process one identity while it lives, and none after', async () => {
    const { pid = 0 } = run('setInterval(() => {}, 1000)');
    const identity = await table.identity(pid);
    expect(identity).toBeDefined();
    expect(await table.identity(pid)).toBe(identity);
    expect(await table.identity(process.pid)).not.toBe(identity);
    child?.kill('SIGKILL');
    await eventually('it is gone', async () => (await table.identity(pid)) === undefined);
  });

  it('signals no process whose identity is another', async () => {
    const { pid = 0 } = run('setInterval(() => {}, 1000)');
    expect(await signalGroup({ table }, { pid, identity: 'of an earlier one' }, 'SIGKILL')).toBe(false);
    expect(await isAlive(pid)).toBe(true);
    const identity = await table.identity(pid);
    expect(await signalGroup({ table }, { pid, identity: identity ?? '' }, 'SIGKILL')).toBe(true);
    await eventually('it is gone', async () => !(await isAlive(pid)));
  });

  it('measures memory', async () => {
    const { pid = 0, stdout } = run('const held = Buffer.alloc(150 * 1024 * 1024, 1); console.log(held.length); setInterval(() => held, 1000)');
    await once(stdout, 'data');
    const used = (await table.usage()).get(pid);
    expect(used?.memoryBytes).toBeGreaterThan(150 * 1024 * 1024);
    expect(used?.memoryBytes).toBeLessThan(600 * 1024 * 1024);
  });

  it('finds marked processes of one directory only', async () => {
    const marker = { SLIPWAY_INSTANCE: 'i.1', SLIPWAY_REVISION: 'r-1', SLIPWAY_SERVICE: 'catalog', SLIPWAY_ENVIRONMENT: 'staging' };
    const { pid } = run('setInterval(() => {}, 1000)', { ...marker, SLIPWAY_DIRECTORY: '/nowhere/one' });
    const [found] = await eventually('it is found', async () => {
      const list = await table.marked('/nowhere/one');
      return list.length > 0 && list;
    });
    expect(found).toMatchObject({ pid, group: pid, marker: { instance: 'i.1', service: 'catalog', port: undefined } });
    expect(await table.marked('/nowhere')).toEqual([]);
  });

  it('tells who listens, where the system says so', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { pid = 0 } = run('setInterval(() => {}, 1000)');
    try {
      expect(await table.listens(pid, port)).toBe(process.platform === 'linux' ? false : undefined);
    } finally {
      server.close();
    }
  });

  it('knows on which ports a process and those of its session listen, where the system says so', async () => {
    const child = spawn(process.execPath, ['-e', "const { createServer } = require('node:http'); createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })"], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      expect(await table.ports(child.pid ?? 0)).toEqual(process.platform === 'linux' ? [Number(String(said))] : []);
      expect(await table.ports(1)).not.toContain(Number(String(said)));
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('is there on Linux and macOS only', () => {
    expect(() => processTable('win32')).toThrow('runs on Linux and macOS, this machine is "win32"');
  });
});
