import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProviderUnavailable } from '../../../../../src/domain/errors.ts';
import type { CommandRun } from '../../../../../src/ports/commands.ts';
import { eventually } from '../eventually.ts';
import { pidIn, runs } from '../local-builder/builder-under-test.ts';
import { type Bench, bench, busy, script } from './runner-under-test.ts';

let shop: Bench;
let planes: ChildProcess[];
beforeEach(() => {
  shop = bench();
  planes = [];
});
afterEach(async () => {
  for (const plane of planes) plane.kill('SIGKILL');
  await shop.close();
});

/** A control plane in a process of its own, which starts the command. */
function controlPlane(run: CommandRun, token: string): ChildProcess {
  const source = (name: string) => JSON.stringify(join(process.cwd(), 'src/adapters/local', name));
  const file = shop.at('plane.ts');
  writeFileSync(file, `
    import { createArtifactFolder } from ${source('artifact-folder.ts')};
    import { createCommandRunner } from ${source('command-runner.ts')};
    import { createGitSources } from ${source('git-sources.ts')};
    const at = (name: string) => ${JSON.stringify(`${shop.directory}/`)} + name;
    const runner = createCommandRunner({
      directory: at('commands'), answer: async () => {},
      sources: createGitSources({ directory: at('mirrors'), settings: { schemes: ['path'] } }),
      artifacts: createArtifactFolder({ directory: at('artifacts') }),
    });
    await runner.start(${JSON.stringify(run)}, ${JSON.stringify(token)});
    setInterval(() => {}, 1000);`);
  const plane = spawn(process.execPath, ['--conditions=slipway-local', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  planes.push(plane);
  return plane;
}

describe('recover', () => {
  it('ends what a killed control plane has left, runs it again and answers its token', async () => {
    const [leader, daemon] = [shop.at('leader'), shop.at('daemon')];
    // The first run hangs for ever, so only recovery can end it; a later one sees its traces and passes.
    const run = shop.run(script(`
      if (!fs.existsSync(${JSON.stringify(leader)})) {
        const kid = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
        fs.writeFileSync(${JSON.stringify(daemon)}, kid.pid + '\\n'); fs.writeFileSync(${JSON.stringify(leader)}, process.pid + '\\n');
        setInterval(() => {}, 1000);
      }`));
    const plane = controlPlane(run, 'token-of-before');
    const pids = [await pidIn(leader), await pidIn(daemon)];
    const exited = once(plane, 'exit');
    plane.kill('SIGKILL');
    await exited;
    expect(pids.map(runs)).toEqual([true, true]);
    await shop.runner().recover();
    expect(pids.map(runs)).toEqual([false, false]);
    expect((await shop.answer('token-of-before')).passed).toBe(true);
  });

  it('does not kill a process that has got the number of an old one', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
    try {
      shop.leave({ request: { run: shop.run(script('0')), token: 'token-1' }, order: 1, marker: 'm', restarts: 0, leader: { pid: other.pid, startedAt: 'another boot 1' }, outcome: null });
      await shop.runner().recover();
      expect((await shop.answer()).passed).toBe(true);
      expect(runs(other.pid ?? 0)).toBe(true);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('gives a command up that its control plane has died of four times', async () => {
    const file = shop.at('ran');
    shop.leave({ request: { run: shop.run(script(`fs.writeFileSync(${JSON.stringify(file)}, '')`)), token: 'token-1' }, order: 1, marker: 'm', restarts: 3, leader: null, outcome: null });
    await shop.runner().recover();
    expect(await shop.answer()).toMatchObject({ passed: false, detail: expect.stringContaining('4 times') });
    expect(existsSync(file)).toBe(false);
  });

  it('answers with an outcome that was not taken before, without another run', async () => {
    const count = shop.at('count');
    const first = shop.runner({ answer: () => Promise.reject(new ProviderUnavailable('never')) });
    await first.start(shop.run(script(`fs.appendFileSync(${JSON.stringify(count)}, 'x')`)), 'token-1');
    const folder = shop.at('commands/records');
    await eventually('the outcome to be noted', () => readdirSync(folder).some((name) => name.endsWith('.json') && readFileSync(join(folder, name), 'utf8').includes('"passed":true')));
    await first.close();
    await shop.runner().recover();
    expect((await shop.answer()).passed).toBe(true);
    expect(readFileSync(count, 'utf8')).toBe('x');
  });

  it('runs again what close has ended', async () => {
    const [file, go] = [shop.at('pid'), shop.at('go')];
    const first = shop.runner();
    await first.start(shop.run(busy(file, go)), 'token-1');
    const pid = await pidIn(file);
    await first.close();
    expect(runs(pid)).toBe(false);
    expect(shop.answers).toEqual([]);
    writeFileSync(go, '');
    await shop.runner().recover();
    expect((await shop.answer()).passed).toBe(true);
    expect(Number(readFileSync(file, 'utf8'))).not.toBe(pid);
  });

  it('says which record it cannot read, and runs nothing until it is gone', async () => {
    shop.leave({ request: {} });
    const runner = shop.runner();
    const refusal = { name: 'InvalidInput', message: expect.stringContaining('left.json') };
    await expect(runner.recover()).rejects.toMatchObject(refusal);
    await expect(runner.start(shop.run(script('0')), 'token-1')).rejects.toMatchObject(refusal);
  });
});
