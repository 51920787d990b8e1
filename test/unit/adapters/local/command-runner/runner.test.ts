import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProviderUnavailable, TokenRefused } from '../../../../../src/domain/errors.ts';
import { CommitId } from '../../../../../src/domain/ids.ts';
import { eventually } from '../eventually.ts';
import { pidIn, runs } from '../local-builder/builder-under-test.ts';
import { type Bench, NO_DIGEST, bench, busy, script } from './runner-under-test.ts';

let shop: Bench;
beforeEach(() => {
  shop = bench();
});
afterEach(() => shop.close());

const records = () => readdirSync(shop.at('commands/records')).filter((name) => name.endsWith('.json'));

describe('a command', () => {
  it('runs on the exact commit, in the folder of the manifest, and passes with exit code 0', async () => {
    const commit = shop.commit({ 'services/catalog/slipway.yaml': '', 'services/catalog/want.txt': 'first' });
    shop.commit({ 'services/catalog/want.txt': 'second' });
    await shop.runner().start(shop.run(script('console.log(fs.readFileSync("want.txt", "utf8")); console.error("on stderr")'), { commit, folder: 'services/catalog' }), 'token-1');
    const outcome = await shop.answer();
    expect(outcome).toMatchObject({ passed: true, detail: expect.stringContaining('exit code 0') });
    expect(outcome.detail).toContain('first');
    expect(outcome.detail).toContain('on stderr');
    expect(outcome.seconds).toBeGreaterThan(0);
    await eventually('nothing to be left', () => records().length === 0);
    expect(readdirSync(shop.at('commands/work'))).toEqual([]);
  });

  it('ends when it is cancelled by the beginning of its id, and leaves others alone', async () => {
    const commit = shop.commit({ 'a.txt': '' });
    const runner = shop.runner();
    await runner.start({ ...shop.run(script('setInterval(() => 0, 1000)'), { commit }), id: 'catalog-1-staging-test-0-1' }, 'token-1');
    await runner.start({ ...shop.run(script('setTimeout(() => 0, 300)'), { commit }), id: 'catalog-12-staging-test-0-1' }, 'token-2');
    expect(await runner.cancel('catalog-1-')).toBe(1);
    await eventually('both to be answered', () => shop.answers.length === 2);
    expect(shop.answers).toEqual(expect.arrayContaining([
      expect.objectContaining({ token: 'token-1', outcome: expect.objectContaining({ passed: false }) }), expect.objectContaining({ token: 'token-2', outcome: expect.objectContaining({ passed: true }) }),
    ]));
  });

  it('runs on the artifact when the release has no commit', async () => {
    const digest = await shop.store({ 'check.js': 'console.log("from the artifact")' });
    await shop.runner().start(shop.run(['node', 'check.js'], { repository: null, commit: null, digest, folder: 'services/catalog' }), 'token-1');
    expect(await shop.answer()).toMatchObject({ passed: true, detail: expect.stringContaining('from the artifact') });
  });

  it('sees a clean environment with what the run gives', async () => {
    process.env['SLIPWAY_PLANTED'] = 'a-secret-of-ours';
    try {
      await shop.runner().start(shop.run(script('console.log(JSON.stringify({ ...process.env, node: process.execPath }))'), { environment: { BASE_URL: 'http://127.0.0.1:1' } }), 'token-1');
      const { detail } = await shop.answer();
      const environment = JSON.parse(detail.slice(detail.indexOf('\n'))) as Record<string, string>;
      expect(Object.keys(environment).filter((name) => name !== 'node' && !name.startsWith('__CF')).sort()).toEqual(['BASE_URL', 'CI', 'HOME', 'LANG', 'PATH', 'SLIPWAY_BUILD_MARKER', 'TMPDIR']);
      expect(environment).toMatchObject({ BASE_URL: 'http://127.0.0.1:1', CI: 'true', node: process.execPath });
      expect(environment['HOME']).not.toBe(process.env['HOME']);
    } finally {
      delete process.env['SLIPWAY_PLANTED'];
    }
  });

  it('is run without a shell', async () => {
    await shop.runner().start(shop.run(['echo', '$HOME', ';', 'id', '`id`']), 'token-1');
    expect((await shop.answer()).detail).toMatch(/\n\$HOME ; id `id`$/);
  });

  it.each([
    ['exit code 3', script('console.log("the reason"); process.exit(3)')],
    ['SIGSEGV', script('console.log("the reason"); process.kill(process.pid, "SIGSEGV")')],
    ['ENOENT', ['no-such-program']],
  ])('fails with %s', async (why, command) => {
    await shop.runner().start(shop.run(command), 'token-1');
    const outcome = await shop.answer();
    expect(outcome).toMatchObject({ passed: false, detail: expect.stringContaining(why) });
    expect(outcome.detail.includes('the reason')).toBe(why !== 'ENOENT');
  });

  it('keeps the end of its output, without what could act on a terminal', async () => {
    await shop.runner().start(shop.run(script('for (let i = 0; i < 20000; i++) console.log("line " + i); process.stdout.write("\\u001b[31mred\\u001b[0m\\u0007 é end")')), 'token-1');
    const { detail } = await shop.answer();
    expect(detail.endsWith('line 19999\nred é end')).toBe(true);
    expect(detail).toMatch(/the first \d+ bytes of output are left out/);
    expect(detail).not.toContain('line 100\n');
    expect(Buffer.byteLength(detail)).toBeLessThan(17 * 1024);
  });

  it('is ended with all its children at its time limit', async () => {
    const file = shop.at('kid');
    const code = `
      const kid = require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      fs.writeFileSync(${JSON.stringify(file)}, kid.pid + '\\n'); console.log('hanging');
      process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
    await shop.runner().start(shop.run(script(code), { timeoutSeconds: 4 }), 'token-1');
    const outcome = await shop.answer();
    expect(outcome).toMatchObject({ passed: false, detail: expect.stringContaining('limit of 4 s') });
    expect(outcome.detail).toContain('hanging');
    expect(outcome.seconds).toBeGreaterThanOrEqual(4);
    expect(runs(await pidIn(file))).toBe(false);
  });

  it('that ends by itself with exit code 0 after SIGTERM at its limit has not passed', async () => {
    await shop.runner().start(shop.run(script('process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)'), { timeoutSeconds: 3 }), 'token-1');
    expect(await shop.answer()).toMatchObject({ passed: false, detail: expect.stringContaining('limit of 3 s') });
  });

  it('gives way to nothing that it has left in the background', async () => {
    const file = shop.at('daemon');
    await shop.runner().start(shop.run(script(`const kid = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }); kid.unref(); fs.writeFileSync(${JSON.stringify(file)}, kid.pid + '\\n')`)), 'token-1');
    expect((await shop.answer()).passed).toBe(true);
    expect(runs(await pidIn(file))).toBe(false);
  });
});

describe('files that cannot be put in place', () => {
  it.each([
    ['a commit that is not there', { commit: CommitId.parse('1234567890'.repeat(4)) }, 'no commit'],
    ['an artifact that is not there', { repository: null, commit: null, digest: NO_DIGEST }, 'no artifact'],
    ['a folder that is not there', { folder: 'nowhere' }, 'no folder'],
  ])('are a failure that says so: %s', async (_what, more, message) => {
    await shop.runner().start(shop.run(script('0'), more), 'token-1');
    expect(await shop.answer()).toMatchObject({ passed: false, detail: expect.stringContaining(message) });
  });

  it('are a failure when the folder is a link to the outside', async () => {
    const commit = shop.commit({ folder: { link: '/' } });
    await shop.runner().start(shop.run(script('0'), { commit, folder: 'folder' }), 'token-1');
    expect(await shop.answer()).toMatchObject({ passed: false, detail: expect.stringMatching(/link|outside/) });
  });

  it('are asked for again while their provider is not available', async () => {
    let tries = 0;
    const checkout = async () => {
      tries += 1;
      throw new ProviderUnavailable('the git host does not answer');
    };
    await shop.runner({ sources: { checkout } }).start(shop.run(script('0')), 'token-1');
    expect(await shop.answer()).toMatchObject({ passed: false, detail: expect.stringContaining('does not answer') });
    expect(tries).toBe(3);
  });

  it.each([{ id: '../x' }, { folder: '../x' }, { folder: '/etc' }, { command: [] }, { command: ['a\0b'] }, { environment: { 'A=B': 'x' } }, { timeoutSeconds: 0 }])('are not looked for when the run has %j', async (wrong) => {
    await expect(shop.runner().start({ ...shop.run(script('0')), ...wrong }, 'token-1')).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});

describe('many runs', () => {
  it('go four at a time, in order', async () => {
    const runner = shop.runner();
    const go = shop.at('go');
    const all = [0, 1, 2, 3, 4, 5];
    for (const n of all) await runner.start(shop.run(busy(shop.at(`pid-${n}`), go), { id: `run-${n}` }), `token-${n}`);
    for (const n of [0, 1, 2, 3]) await pidIn(shop.at(`pid-${n}`));
    expect([4, 5].map((n) => existsSync(shop.at(`pid-${n}`)))).toEqual([false, false]);
    writeFileSync(go, '');
    for (const n of all) expect((await shop.answer(`token-${n}`)).passed).toBe(true);
  });

  it('of one id are one run, which answers the newest token', async () => {
    const runner = shop.runner();
    const [count, go] = [shop.at('count'), shop.at('go')];
    const run = shop.run(script(`fs.appendFileSync(${JSON.stringify(count)}, "x\\n"); const t = setInterval(() => fs.existsSync(${JSON.stringify(go)}) && clearInterval(t), 20)`));
    await runner.start(run, 'token-1');
    await eventually('the run to begin', () => existsSync(count));
    await runner.start(run, 'token-2');
    writeFileSync(go, '');
    expect((await shop.answer('token-2')).passed).toBe(true);
    expect(shop.answers.map((answer) => answer.token)).toEqual(['token-2']);
    expect(readFileSync(count, 'utf8')).toBe('x\n');
  });

  it('of one id, the second after the end of the first, are two runs', async () => {
    const runner = shop.runner();
    await runner.start(shop.run(script('0')), 'token-1');
    await shop.answer('token-1');
    await eventually('the first to be forgotten', () => records().length === 0);
    await runner.start(shop.run(script('process.exit(1)')), 'token-2');
    expect((await shop.answer('token-2')).passed).toBe(false);
  });
});

describe('the token', () => {
  it('is in a record of mode 0600 only, and nowhere the command can see', async () => {
    const go = shop.at('go');
    const runner = shop.runner();
    await runner.start(shop.run(busy(shop.at('pid'), go)), 'planted-token');
    const pid = await pidIn(shop.at('pid'));
    const record = join(shop.at('commands/records'), records()[0] ?? '');
    expect(readFileSync(record, 'utf8')).toContain('planted-token');
    expect(statSync(record).mode & 0o777).toBe(0o600);
    if (process.platform === 'linux') expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toContain('planted-token');
    writeFileSync(go, '');
    expect((await shop.answer('planted-token')).passed).toBe(true);
  });

  it('is answered until that is taken', async () => {
    let calls = 0;
    const answer = async () => {
      calls += 1;
      if (calls < 3) throw new ProviderUnavailable('not now');
    };
    await shop.runner({ answer }).start(shop.run(script('0')), 'token-1');
    await eventually('three calls and no record', () => calls === 3 && records().length === 0);
  });

  it('is not answered again when nobody waits for it any more', async () => {
    let calls = 0;
    const answer = async () => {
      calls += 1;
      throw new TokenRefused('expired');
    };
    await shop.runner({ answer }).start(shop.run(script('0')), 'token-1');
    await eventually('a call and no record', () => calls === 1 && records().length === 0);
  });
});
