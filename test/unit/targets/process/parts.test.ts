import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomIds } from '../../../../src/adapters/local/random-ids.ts';
import { Digest } from '../../../../src/domain/ids.ts';
import { HealthCheck } from '../../../../src/domain/manifest.ts';
import { openCgroups, ownCgroup } from '../../../../src/targets/process/cgroup.ts';
import { portGiver } from '../../../../src/targets/process/free-port.ts';
import { createHealthWatch } from '../../../../src/targets/process/health.ts';
import { averageCores } from '../../../../src/targets/process/limits.ts';
import { logOf, rotate, tail } from '../../../../src/targets/process/logs.ts';
import { probe } from '../../../../src/targets/process/probe.ts';
import { createBounded, createSerial } from '../../../../src/targets/process/serial.ts';
import { createUnpacked } from '../../../../src/targets/process/unpacked.ts';
import { eventually } from './rig.ts';
import { folderArtifacts, serviceFolder, temporaryDirectory } from './service.ts';

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const portOf = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
};

describe('serial', () => {
  it('runs one after another per key, also after a failure, and keys side by side', async () => {
    const serial = createSerial();
    const events: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = serial.run('a', async () => {
      await gate.promise;
      events.push('a1');
      throw new Error('no');
    });
    const second = serial.run('a', async () => void events.push('a2'));
    await serial.run('b', async () => void events.push('b1'));
    gate.resolve();
    await expect(first).rejects.toThrow('no');
    await second;
    await serial.idle();
    expect(events).toEqual(['b1', 'a1', 'a2']);
  });

  it('bounds how many run at once', async () => {
    const bounded = createBounded(3);
    let now = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 20 }, () => bounded(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    })));
    expect(most).toBe(3);
  });
});

describe('probe', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([[200, undefined], [302, undefined], [404, 'was answered with status 404'], [503, 'was answered with status 503']])('takes status %i as %s', async (status, outcome) => {
    server = createServer((_, response) => response.writeHead(status).end());
    expect(await probe(await portOf(server), '/', 2000)).toBe(outcome);
  });

  it('gives up on an answer that does not come, and says when nothing listens', async () => {
    server = createServer(() => undefined);
    const port = await portOf(server);
    expect(await probe(port, '/', 100)).toBe('got no answer within 0.1 s');
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await probe(port, '/', 100)).toContain('nothing listens');
  });

  it('refuses a path that is no path, without an exception', async () => {
    server = createServer();
    expect(await probe(1, '/a b', 100)).toContain('could not be sent');
  });

  it('does not read an answer without an end', async () => {
    let closed = false;
    server = createServer((_, response) => {
      response.on('close', () => (closed = true));
      const more = () => void (!closed && response.write(Buffer.alloc(65_536), () => setImmediate(more)));
      more();
    });
    expect(await probe(await portOf(server), '/', 2000)).toBeUndefined();
    await eventually('it was cut', () => closed);
  });
});

describe('health over time', () => {
  it('goes from starting to healthy, to unhealthy after so many failures, and back', async () => {
    let status = 503;
    const server = createServer((_, response) => response.writeHead(status).end());
    const seen: (readonly [string, string | null])[] = [];
    const check = HealthCheck.parse({ interval: '50ms', failures: 3 });
    const stop = createHealthWatch()({
      port: await portOf(server),
      check,
      from: 'starting',
      spentMs: 0,
      onChange: (health, why) => seen.push([health, why]),
    });
    try {
      status = 200;
      await eventually('healthy', () => seen.length === 1);
      status = 500;
      await eventually('unhealthy', () => seen.length === 2);
      status = 200;
      await eventually('healthy again', () => seen.length === 3);
      expect(seen).toEqual([['healthy', null], ['unhealthy', 'Its health check was answered with status 500, 3 times in a row.'], ['healthy', null]]);
    } finally {
      stop();
      server.close();
    }
  });
});

describe('processor use', () => {
  it('is averaged over the whole window only', () => {
    const samples = [0, 1, 2, 3].map((second) => ({ atMs: second * 1000, cpuSeconds: second * 2 }));
    expect(averageCores(samples, 5000)).toBeUndefined();
    samples.push({ atMs: 5000, cpuSeconds: 6 });
    expect(averageCores(samples, 5000)).toBeCloseTo(1.2);
    samples.push({ atMs: 8000, cpuSeconds: 6 });
    expect(averageCores(samples, 5000)).toBe(0);
    expect(samples).toHaveLength(3);
  });
});

describe('cgroups', () => {
  const controllers = (folder: string, text: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'cgroup.controllers'), text);
    return folder;
  };

  it('finds the folder of this process', () => {
    const mounts = '31 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw\n';
    expect(ownCgroup(mounts, '9:name=systemd:/\n0::/user.slice/x\n')).toBe('/sys/fs/cgroup/user.slice/x');
    expect(ownCgroup('22 1 0:5 / /proc rw - proc proc rw\n', '0::/\n')).toBeUndefined();
  });

  it('says why they cannot be used', () => {
    expect(openCgroups(join(directory, 'missing'), 'x')).toEqual({ unavailable: expect.stringContaining('ENOENT') });
    expect(openCgroups(controllers(directory, 'cpu pids'), 'x')).toEqual({ unavailable: expect.stringContaining('has no memory controller') });
  });

  it('writes the limits before the process is moved', () => {
    // A folder stands in for the kernel here: what is written where is what can be seen without one.
    controllers(directory, 'cpuset cpu io memory pids');
    controllers(join(directory, 'x'), 'cpu memory');
    const groups = openCgroups(directory, 'x');
    if ('unavailable' in groups) throw new Error(groups.unavailable);
    expect(readFileSync(join(directory, 'cgroup.subtree_control'), 'utf8')).toBe('+memory +cpu');
    expect(groups.place('i.1', 4711, { memory: 1000, cpu: 0.5 })).toBe(true);
    const file = (name: string) => readFileSync(join(directory, 'x', 'i.1', name), 'utf8');
    expect([file('memory.max'), file('cpu.max'), file('cgroup.procs')]).toEqual(['1000', '50000 100000', '4711']);
    expect([groups.holds('i.1'), groups.holds('i.2')]).toEqual([true, false]);
    writeFileSync(join(directory, 'x', 'i.1', 'memory.events'), 'low 0\noom 3\noom_kill 2\n');
    expect([groups.memoryKills('i.1'), groups.memoryKills('i.2')]).toEqual([2, 0]);
  });
});

describe('ports', () => {
  it('gives each once, and none that is taken', async () => {
    const server = createServer();
    const busy = await portOf(server);
    const next = portGiver(directory, { from: busy, to: busy + 1 }, () => new Set());
    try {
      await expect(next()).rejects.toMatchObject({ name: 'LimitExceeded' });
    } finally {
      server.close();
    }
    await once(server, 'close');
    expect(await next()).toBe(busy);
    const known = portGiver(directory, { from: busy, to: busy + 1 }, () => new Set([busy]));
    await expect(known()).rejects.toMatchObject({ name: 'LimitExceeded' });
  });
});

describe('logs', () => {
  it('keep their end, and so many older files', async () => {
    for (const round of [1, 2, 3, 4]) {
      writeFileSync(logOf(directory), `${'x'.repeat(500)}round ${round}`);
      expect(rotate(directory, 100, 2)).toBe(true);
    }
    expect(rotate(directory, 100, 2)).toBe(false);
    expect(readdirSync(directory).sort()).toEqual(['log', 'log.1', 'log.2']);
    const older = readFileSync(`${logOf(directory)}.1`, 'utf8');
    expect([older.length, older.endsWith('round 4')]).toEqual([100, true]);
    writeFileSync(logOf(directory), ' and on');
    expect(await tail(logOf(directory), 14)).toBe('round 4 and on');
    expect(await tail(join(directory, 'none'), 14)).toBe('');
  });

  it('keep the very end of a flood, however much larger than the limit it was', () => {
    const limit = 2 * 1024 * 1024;
    writeFileSync(logOf(directory), `${'x'.repeat(10 * limit)}why it failed`);
    expect(rotate(directory, limit, 1)).toBe(true);
    const older = readFileSync(`${logOf(directory)}.1`, 'utf8');
    expect([older.length, older.endsWith('why it failed')]).toEqual([limit, true]);
  });
});

describe('unpacked artifacts', () => {
  const digest = (letter: string) => Digest.parse(`sha256:${letter.repeat(64)}`);
  const open = async () => {
    const artifacts = folderArtifacts(await serviceFolder(directory));
    const root = join(directory, 'artifacts');
    mkdirSync(root);
    return { artifacts, root, unpacked: createUnpacked({ root, artifacts, ids: randomIds, spare: 1 }) };
  };

  it('are unpacked once, also when many want one at the same time', async () => {
    const { artifacts, unpacked } = await open();
    const folders = await Promise.all([1, 2, 3].map(() => unpacked.ensure(digest('a'))));
    await unpacked.ensure(digest('a'));
    expect([new Set(folders).size, artifacts.unpacked]).toEqual([1, 1]);
  });

  it('leave no half behind when they cannot be', async () => {
    const { root, unpacked } = await open();
    await expect(unpacked.ensure(digest('0'))).rejects.toMatchObject({ name: 'NotFound' });
    expect(readdirSync(root)).toEqual([]);
  });

  it('are removed when nobody wants them, but for the newest', async () => {
    const { root, unpacked } = await open();
    for (const letter of ['a', 'b', 'c']) await unpacked.ensure(digest(letter));
    mkdirSync(join(root, `${'d'.repeat(64)}.partial-x`));
    await unpacked.sweep(() => new Set([digest('a')]));
    const left = readdirSync(root);
    expect(left).toHaveLength(2);
    expect(existsSync(join(root, 'a'.repeat(64)))).toBe(true);
  });
});
