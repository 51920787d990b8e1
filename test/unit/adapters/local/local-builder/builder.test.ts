import { existsSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BuildFailed, ProviderUnavailable, TokenRefused } from '../../../../../src/domain/errors.ts';
import { CommitId } from '../../../../../src/domain/ids.ts';
import type { BuildFinished } from '../../../../../src/ports/builder.ts';
import { eventually } from '../eventually.ts';
import { NODE, type Workshop, pidIn, runs, workshop } from './builder-under-test.ts';

let shop: Workshop;
beforeEach(() => {
  shop = workshop();
});
afterEach(() => shop.close());

const succeeded = async (build = 'catalog-1') => {
  const outcome = await shop.outcome(build);
  if (outcome.status !== 'succeeded') throw new Error(`${outcome.step}: ${outcome.message}\n${outcome.tail}`);
  return outcome;
};
const failed = async (build = 'catalog-1') => {
  const outcome = await shop.outcome(build);
  if (outcome.status !== 'failed') throw new Error('it succeeded');
  return outcome;
};
const say = (code: string) => [NODE, '-e', code];

describe('a build', () => {
  it('tests, builds, packs the output folder, and keeps the log', async () => {
    const request = shop.request({ 'services/catalog/slipway.yaml': '', 'services/catalog/src.txt': 'source' }, { test: say('console.log("tests ran")'), command: say('fs.mkdirSync("dist"); fs.copyFileSync("src.txt", "dist/app.txt"); console.error("built")'), output: 'dist' }, { manifestPath: 'services/catalog/slipway.yaml' });
    await shop.builder().start(request);
    const outcome = await succeeded();
    expect(readdirSync(await shop.unpack(outcome.digest))).toEqual(['app.txt']);
    const log = await shop.log(outcome.log);
    expect(log.indexOf('tests ran')).toBeGreaterThan(0);
    expect(log.indexOf('built')).toBeGreaterThan(log.indexOf('tests ran'));
    expect(shop.finished).toEqual([{ request, outcome }]);
    expect(readdirSync(join(shop.directory, 'builds/work'))).toEqual([]);
    await eventually('the record to be removed', () => readdirSync(join(shop.directory, 'builds/records')).length === 0);
  });

  it('without commands packs the files as they are', async () => {
    await shop.builder().start(shop.request({ 'slipway.yaml': 'x', run: { script: '#!/bin/sh\n' } }));
    expect(readdirSync(await shop.unpack((await succeeded()).digest)).sort()).toEqual(['run', 'slipway.yaml']);
  });

  it('gives the same digest for the same commit', async () => {
    const request = shop.request({ a: '1' }, { command: say('fs.writeFileSync("b", process.env.SOURCE_DATE_EPOCH)') });
    const builder = shop.builder();
    await Promise.all(['one-1', 'one-2'].map((build) => builder.start({ ...request, build })));
    const [one, other] = [await succeeded('one-1'), await succeeded('one-2')];
    expect(one.digest).toBe(other.digest);
    expect(readFileSync(join(await shop.unpack(one.digest), 'b'), 'utf8')).toBe('1700000000');
  });

  it('sees a clean environment: nothing of the control plane\'s', async () => {
    process.env['SLIPWAY_PLANTED'] = 'a-secret-of-ours';
    try {
      await shop.builder().start(shop.request({ a: '' }, { command: say('fs.writeFileSync("env.json", JSON.stringify({ ...process.env, node: process.execPath }))') }));
      const environment = JSON.parse(readFileSync(join(await shop.unpack((await succeeded()).digest), 'env.json'), 'utf8')) as Record<string, string>;
      expect(Object.keys(environment).filter((name) => name !== 'node' && !name.startsWith('__CF')).sort()).toEqual(['CI', 'HOME', 'LANG', 'PATH', 'SLIPWAY_BUILD', 'SLIPWAY_BUILD_MARKER', 'SLIPWAY_COMMIT', 'SLIPWAY_SERVICE', 'SLIPWAY_VERSION', 'SOURCE_DATE_EPOCH', 'TMPDIR']);
      expect(JSON.stringify(environment)).not.toContain('a-secret-of-ours');
      expect(environment['node']).toBe(process.execPath);
      expect(environment['HOME']).not.toBe(process.env['HOME']);
    } finally {
      delete process.env['SLIPWAY_PLANTED'];
    }
  });

  it('runs its command without a shell', async () => {
    await shop.builder().start(shop.request({ a: '' }, { command: ['echo', '$HOME', ';', 'touch', 'pwned', '`id`'] }));
    const outcome = await succeeded();
    expect(await shop.log(outcome.log)).toContain('$HOME ; touch pwned `id`');
    expect(readdirSync(await shop.unpack(outcome.digest))).toEqual(['a']);
  });

  it.each([
    ['test', { test: say('console.log("reason"); process.exit(3)'), command: say('console.log("built")') }, 'exit code 3'],
    ['build', { command: say('console.log("reason"); process.exit(4)') }, 'exit code 4'],
    ['build', { command: ['no-such-program'] }, 'no-such-program could not be started (ENOENT): check that it is installed and on the path'],
    ['build', { command: ['./no-such-file'] }, './no-such-file could not be started (ENOENT): there is no such file beside slipway.yaml'],
    ['build', { test: say('console.log("reason"); fs.writeFileSync("odd", "#!/no/such/program\\n", { mode: 0o755 })'), command: ['./odd'] }, 'it is there, but the program that its first line names is not installed'],
    ['build', { test: say('console.log("reason"); fs.writeFileSync("odd", "", { mode: 0o644 })'), command: ['./odd'] }, './odd could not be started (EACCES): it is not executable'],
    ['build', { test: say('console.log("reason"); fs.rmSync(process.cwd(), { recursive: true })'), command: ['node', '-v'] }, 'node could not be started: the folder that it runs in (checkout) is gone, removed by a command before it'],
    ['build', { command: say('console.log("reason"); process.kill(process.pid, "SIGSEGV")') }, 'SIGSEGV'],
    ['pack', { command: say('console.log("reason")'), output: 'dist' }, 'dist'],
    ['pack', { command: say('console.log("reason"); fs.mkdirSync("dist")'), output: 'dist' }, 'is empty'],
    ['pack', { command: say('console.log("reason"); fs.symlinkSync("/etc", "dist")'), output: 'dist' }, 'outside'],
    ['pack', { command: say('console.log("reason"); fs.symlinkSync("/etc/passwd", "link")') }, 'link'],
  ])('fails in %s, with its log: %j', async (step, recipe, message) => {
    await shop.builder().start(shop.request({ a: '' }, recipe));
    const outcome = await failed();
    expect(outcome).toMatchObject({ step, message: expect.stringContaining(message) });
    if (!message.includes('(ENOENT)')) expect(outcome.tail).toContain('reason');
    expect(await shop.log(outcome.log)).not.toContain('\nbuilt');
  });

  it('fails in checkout for a commit or repository that is not there', async () => {
    const request = shop.request({ a: '' });
    const builder = shop.builder();
    await builder.start({ ...request, build: 'gone', commit: CommitId.parse('1234567890'.repeat(4)) });
    await builder.start({ ...request, build: 'nowhere', repository: join(shop.directory, 'nowhere') });
    await builder.start({ ...request, build: 'ext', repository: 'ext::sh -c true' });
    for (const build of ['gone', 'nowhere', 'ext']) expect(await failed(build)).toMatchObject({ step: 'checkout' });
  });

  it('keeps so much of its log and says so', async () => {
    await shop.builder({ settings: { logBytes: 10_000 } }).start(shop.request({ a: '' }, { command: say('for (let i = 0; i < 3000; i++) console.log("x".repeat(99))') }));
    const log = await shop.log((await succeeded()).log);
    expect(log.length).toBeLessThan(12_000);
    expect(log).toContain('truncated');
  });

  it.each([{ build: '../x' }, { build: '' }, { manifestPath: '../slipway.yaml' }, { manifestPath: '/etc/slipway.yaml' }, { token: '' }])('is refused when its request has %j', async (wrong) => {
    await expect(shop.builder().start({ ...shop.request({ a: '' }), ...wrong })).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});

describe('processes of a build', () => {
  const child = (name: string, setup = '') => `
    const { spawn } = require('node:child_process');
    const kid = spawn(process.execPath, ['-e', ${JSON.stringify(`${setup}; setInterval(() => {}, 1000)`)}], { detached: ${name === 'daemon'}, stdio: ${name === 'daemon' ? "'ignore'" : "'inherit'"} });
    kid.unref();`;
  const note = (file: string) => `require('node:fs').writeFileSync(${JSON.stringify(file)}, kid.pid + '\\n');`;

  it('are ended with all their children at the time limit', async () => {
    const file = join(shop.directory, 'kid');
    await shop.builder().start(shop.request({ a: '' }, { timeout: 6, command: say(`${child('child', 'process.on("SIGTERM", () => {})')}${note(file)} process.on('SIGTERM', () => {}); console.log('hanging'); setInterval(() => {}, 1000)`) }));
    const pid = await pidIn(file);
    const outcome = await failed();
    expect(outcome).toMatchObject({ step: 'timeout', tail: expect.stringContaining('hanging') });
    expect(runs(pid)).toBe(false);
  });

  it.each(['child', 'daemon'])('leave no %s behind when the command ends', async (kind) => {
    const file = join(shop.directory, 'kid');
    await shop.builder().start(shop.request({ a: '' }, { test: say(`${child(kind)}${note(file)}`), command: say('console.log("built")') }));
    await succeeded();
    expect(runs(await pidIn(file))).toBe(false);
  });

  it('are found when they fork and fork, and when they leave group and environment', async () => {
    const pids = join(shop.directory, 'pids');
    const bomb = `
      const { spawn } = require('node:child_process'); const fs = require('node:fs');
      const depth = Number(process.argv[1]);
      fs.appendFileSync(${JSON.stringify(pids)}, process.pid + '\\n');
      if (depth > 0) for (let i = 0; i < 2; i++) spawn(process.execPath, ['-e', process.env.SELF ?? fs.readFileSync('bomb.js', 'utf8'), String(depth - 1)], { detached: true, stdio: 'ignore', env: i === 0 ? {} : process.env }).unref();
      setInterval(() => {}, 1000);`;
    const builder = shop.builder();
    await builder.start(shop.request({ 'bomb.js': bomb }, { command: [NODE, '-e', bomb, '3'] }));
    const all = await eventually('15 processes', () => {
      const lines = existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n') : [];
      return lines.length === 15 && lines.map(Number);
    });
    expect(await builder.cancel('catalog-1')).toBe(true);
    expect(await failed()).toMatchObject({ step: 'cancelled' });
    expect(all.filter(runs)).toEqual([]);
  });
});

describe('the queue', () => {
  const busy = (name: string, until: string) => say(`fs.writeFileSync(${JSON.stringify(name)}, process.pid + "\\n"); const t = setInterval(() => fs.existsSync(${JSON.stringify(until)}) && clearInterval(t), 20)`);

  it('runs two at a time, in order', async () => {
    const builder = shop.builder();
    const go = join(shop.directory, 'go');
    const builds = [1, 2, 3, 4].map((n) => ({ build: `b-${n}`, file: join(shop.directory, `pid-${n}`) }));
    const request = shop.request({ a: '' });
    for (const { build, file } of builds) await builder.start({ ...request, build, recipe: { ...request.recipe, command: busy(file, go) } });
    await pidIn(join(shop.directory, 'pid-1'));
    await pidIn(join(shop.directory, 'pid-2'));
    expect([3, 4].map((n) => existsSync(join(shop.directory, `pid-${n}`)))).toEqual([false, false]);
    writeFileSync(go, '');
    await Promise.all(builds.map(({ build }) => succeeded(build)));
    expect(new Set(shop.finished.slice(0, 2).map((end) => end.request.build))).toEqual(new Set(['b-1', 'b-2']));
  });

  it('builds once when the same build is started again, and answers the latest token', async () => {
    const builder = shop.builder();
    const count = join(shop.directory, 'count');
    const go = join(shop.directory, 'go');
    const request = shop.request({ a: '' }, { command: say(`fs.appendFileSync(${JSON.stringify(count)}, "x\\n"); const t = setInterval(() => fs.existsSync(${JSON.stringify(go)}) && clearInterval(t), 20)`) });
    await Promise.all([builder.start(request), builder.start(request), builder.start(request)]);
    await eventually('the build to run', () => existsSync(count));
    await builder.start({ ...request, token: 'token-2' });
    writeFileSync(go, '');
    await succeeded();
    expect(readFileSync(count, 'utf8')).toBe('x\n');
    expect(shop.finished.map((end) => end.request.token)).toEqual(['token-2']);
    await eventually('the record to be removed', () => readdirSync(join(shop.directory, 'builds/records')).length === 0);
    await builder.start(request);
    await eventually('a second run', () => shop.finished.length === 2);
    expect(readFileSync(count, 'utf8')).toBe('x\nx\n');
  });

  it('cancels what waits and what runs, and knows what it does not have', async () => {
    const builder = shop.builder({ settings: { parallel: 1 } });
    const file = join(shop.directory, 'pid');
    const request = shop.request({ a: '' }, { command: busy(file, join(shop.directory, 'never')) });
    await builder.start({ ...request, build: 'runs' });
    await builder.start({ ...request, build: 'waits' });
    const pid = await pidIn(file);
    expect(await builder.cancel('waits')).toBe(true);
    expect(await failed('waits')).toMatchObject({ step: 'cancelled', log: null });
    expect(await builder.cancel('runs')).toBe(true);
    expect(await failed('runs')).toMatchObject({ step: 'cancelled' });
    expect(runs(pid)).toBe(false);
    await eventually('both to be settled', async () => !(await builder.cancel('runs')) && !(await builder.cancel('waits')));
    expect(await builder.cancel('unknown')).toBe(false);
  });
});

describe('the outcome', () => {
  it('is given again until it is taken', async () => {
    const calls: BuildFinished[] = [];
    const onFinished = async (end: BuildFinished) => {
      calls.push(end);
      if (calls.length < 3) throw new ProviderUnavailable('not now');
    };
    await shop.builder({ onFinished }).start(shop.request({ a: '' }));
    await eventually('three calls and no record', () => calls.length === 3 && readdirSync(join(shop.directory, 'builds/records')).length === 0);
    expect(new Set(calls.map((end) => JSON.stringify(end))).size).toBe(1);
  });

  it('is dropped when nobody waits for it any more', async () => {
    let calls = 0;
    const onFinished = async () => {
      calls += 1;
      throw new TokenRefused('expired');
    };
    await shop.builder({ onFinished }).start(shop.request({ a: '' }));
    await eventually('a call and no record', () => calls === 1 && readdirSync(join(shop.directory, 'builds/records')).length === 0);
  });

  it('is given by the next control plane when this one ends before', async () => {
    const first = shop.builder({ onFinished: () => Promise.reject(new ProviderUnavailable('never')) });
    await first.start(shop.request({ a: '' }));
    await eventually('the outcome to be noted', () => readdirSync(join(shop.directory, 'builds/records')).some((name) => name.endsWith('.json') && readFileSync(join(shop.directory, 'builds/records', name), 'utf8').includes('"succeeded"')));
    await first.close();
    await shop.builder().recover();
    expect((await succeeded()).digest).toMatch(/^sha256:/);
  });

  it('reports a builder whose folder fails as a failed build, not as silence', async () => {
    const builder = shop.builder();
    symlinkSync('/dev/null', join(shop.directory, 'builds/work'));
    await builder.start(shop.request({ a: '' }));
    expect(await failed()).toMatchObject({ step: 'checkout' });
    expect(new BuildFailed('x').retry).toBe('final');
  });
});
