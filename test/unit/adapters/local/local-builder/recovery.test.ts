import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BuildRequest } from '../../../../../src/ports/builder.ts';
import { eventually } from '../eventually.ts';
import { NODE, type Workshop, pidIn, runs, workshop } from './builder-under-test.ts';

let shop: Workshop;
let planes: ChildProcess[];
beforeEach(() => {
  shop = workshop();
  planes = [];
});
afterEach(async () => {
  for (const plane of planes) plane.kill('SIGKILL');
  await shop.close();
});

/** A control plane in a process of its own, which starts the build. */
function controlPlane(request: BuildRequest): ChildProcess {
  const source = (name: string) => JSON.stringify(join(process.cwd(), 'src/adapters/local', name));
  const script = join(shop.directory, 'plane.ts');
  writeFileSync(script, `
    import { createArtifactFolder } from ${source('artifact-folder.ts')};
    import { createGitSources } from ${source('git-sources.ts')};
    import { createLocalBuilder } from ${source('local-builder.ts')};
    const at = (name: string) => ${JSON.stringify(`${shop.directory}/`)} + name;
    const builder = createLocalBuilder({
      directory: at('builds'), clock: { now: () => 0 }, onFinished: async () => {},
      sources: createGitSources({ directory: at('mirrors'), settings: { schemes: ['path'] } }),
      artifacts: createArtifactFolder({ directory: at('artifacts') }),
    });
    await builder.start(${JSON.stringify(request)});
    setInterval(() => {}, 1000);`);
  const plane = spawn(process.execPath, ['--conditions=slipway-local', script], { stdio: ['ignore', 'ignore', 'inherit'] });
  planes.push(plane);
  return plane;
}

async function killed(plane: ChildProcess): Promise<void> {
  const exited = once(plane, 'exit');
  plane.kill('SIGKILL');
  await exited;
}

describe('recover', () => {
  it('ends what a killed control plane has left, then builds again and reports to its token', async () => {
    const [leader, daemon] = [join(shop.directory, 'leader'), join(shop.directory, 'daemon')];
    // The first run hangs for ever, so only recovery can end it; a later one sees its traces and succeeds.
    const command = [NODE, '-e', `
      const fs = require('node:fs');
      if (!fs.existsSync(${JSON.stringify(leader)})) {
        const kid = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
        fs.writeFileSync(${JSON.stringify(daemon)}, kid.pid + '\\n'); fs.writeFileSync(${JSON.stringify(leader)}, process.pid + '\\n');
        setInterval(() => {}, 1000);
      }`];
    const request = shop.request({ a: 'content' }, { command });
    const plane = controlPlane(request);
    const pids = [await pidIn(leader), await pidIn(daemon)];
    await killed(plane);
    expect(pids.map(runs)).toEqual([true, true]);
    await shop.builder().recover();
    expect(pids.map(runs)).toEqual([false, false]);
    const outcome = await shop.outcome('catalog-1');
    expect(outcome.status).toBe('succeeded');
    expect(shop.finished[0]?.request.token).toBe('token-1');
    expect(readdirSync(join(shop.directory, 'builds/work'))).toEqual([]);
  });

  it('does not kill a process that has got the number of an old one', async () => {
    const request = shop.request({ a: '' });
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
    try {
      const records = join(shop.directory, 'builds/records');
      mkdirSync(records, { recursive: true });
      writeFileSync(join(records, 'old.json'), JSON.stringify({ request, order: 1, marker: 'm', restarts: 0, leader: { pid: other.pid, startedAt: 'another boot 1' }, outcome: null }));
      await shop.builder().recover();
      expect(runs(other.pid ?? 0)).toBe(true);
      expect((await shop.outcome('catalog-1')).status).toBe('succeeded');
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('gives a build up that its control plane has died of four times', async () => {
    const file = join(shop.directory, 'pid');
    const request = shop.request({ a: '' }, { command: [NODE, '-e', `require('node:fs').writeFileSync(${JSON.stringify(file)}, process.pid + '\\n'); setInterval(() => {}, 1000)`] });
    const records = join(shop.directory, 'builds/records');
    mkdirSync(records, { recursive: true });
    writeFileSync(join(records, 'old.json'), JSON.stringify({ request, order: 1, marker: 'm', restarts: 3, leader: null, outcome: null }));
    await shop.builder().recover();
    expect(await shop.outcome('catalog-1')).toMatchObject({ status: 'failed', message: expect.stringContaining('4 times') });
    expect(existsSync(file)).toBe(false);
  });

  it('removes folders that belong to no build', async () => {
    mkdirSync(join(shop.directory, 'builds/work/forgotten/checkout'), { recursive: true });
    await shop.builder().recover();
    expect(readdirSync(join(shop.directory, 'builds/work'))).toEqual([]);
  });

  it('says which record it cannot read, and takes no builds until it is gone', async () => {
    const records = join(shop.directory, 'builds/records');
    mkdirSync(records, { recursive: true });
    writeFileSync(join(records, 'bad.json'), '{"request":');
    const builder = shop.builder();
    const refusal = { name: 'InvalidInput', message: expect.stringContaining('bad.json') };
    await expect(builder.recover()).rejects.toMatchObject(refusal);
    await expect(builder.start(shop.request({ a: '' }))).rejects.toMatchObject(refusal);
  });

  it('begins again what close has ended', async () => {
    const file = join(shop.directory, 'pid');
    const go = join(shop.directory, 'go');
    const request = shop.request({ a: '' }, { command: [NODE, '-e', `const fs = require('node:fs'); fs.writeFileSync(${JSON.stringify(file)}, process.pid + '\\n'); const t = setInterval(() => fs.existsSync(${JSON.stringify(go)}) && clearInterval(t), 20)`] });
    const first = shop.builder();
    await first.start(request);
    const pid = await pidIn(file);
    await first.close();
    expect(runs(pid)).toBe(false);
    expect(shop.finished).toEqual([]);
    writeFileSync(go, '');
    await shop.builder().recover();
    expect((await shop.outcome('catalog-1')).status).toBe('succeeded');
    expect(Number(readFileSync(file, 'utf8'))).not.toBe(pid);
    await eventually('the record to be removed', () => readdirSync(join(shop.directory, 'builds/records')).length === 0);
  });
});
