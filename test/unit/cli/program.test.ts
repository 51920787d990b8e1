import { afterEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { completions } from '../../../src/cli/completion.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { controlPlane, problem, TOKEN, type ControlPlane } from './control-plane.ts';
import { inFolder, run } from './run.ts';

let plane: ControlPlane | undefined;
afterEach(async () => {
  await plane?.close();
  plane = undefined;
});

describe('wrong usage is exit 2, with what was meant', () => {
  it.each([
    [['stauts'], /unknown command 'stauts'\n\(Did you mean status\?\)/],
    [['deploy', 'catalog'], /required option '-v, --version <version>' not specified/],
    [['deploy', 'Catalog!', '-v', '1'], /A service's name has: lower case letters/],
    [['deploy', 'catalog', '-v', '1', '--enviroment', 'x'], /unknown option '--enviroment'\n\(Did you mean --environment\?\)/],
    [['scale', 'catalog', 'many', '-e', 'staging'], /Use a whole number from 0 to 10000/],
    [['scale', 'catalog', '-1', '-e', 'staging'], /'-1' is invalid/],
    [['zone', 'gone', 'a', 'catalog', '-e', 'staging'], /Allowed choices are lost, back/],
    [['cancel', 'catalog'], /as "slipway history SERVICE" lists it/],
    [['history', 'catalog', '--limit', '0'], /Use a whole number from 1 to 1000/],
    [['pause', 'catalog'], /required option '-e, --environment <environment>' not specified/],
    [['status', 'catalog', 'basket'], /too many arguments/],
    [['status', '--url', 'ftp://host'], /neither http nor https/],
    [['status', '--url', 'nowhere'], /is no URL/],
    [['status', '--url', 'http://deploy.example.com'], /anybody on the way could read the token\. Use https/],
    [['status', '--url', 'https://me:secret@deploy.example.com'], /Put the token in SLIPWAY_TOKEN/],
  ])('%j', async (words, said) => {
    const { code, out, err } = await run(words, { needs: { env: { SLIPWAY_TOKEN: 'x' } } });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(said);
    expect(err).not.toContain('secret');
  });
});

it.each([
  [['stauts'], "unknown command 'stauts'", ['(Did you mean status?)']], [['pause', 'catalog'], "required option '-e, --environment <environment>' not specified", []],
  [['session'], 'A command is missing after these words. The same with --help names them.', []], [[], 'A command is missing after these words. The same with --help names them.', []],
])('wrong usage is one line of JSON with --json, and nothing else: %j', async (words, message, details) => {
  const { code, out, err } = await run([...words, '--json']);
  expect([code, out, err.split('\n').length, JSON.parse(err)]).toEqual([2, '', 2, { error: { exitCode: 2, message, details, problem: null } }]);
});

describe('help', () => {
  it('is exit 0, and has an example for every command', async () => {
    const program = createProgram({ stdout: { write: () => undefined }, stderr: { write: () => undefined } } as never, () => undefined);
    const paths = program.commands.flatMap((command) => [[command.name()], ...command.commands.map((inner) => [command.name(), inner.name()])]);
    expect(paths.length).toBeGreaterThan(25);
    for (const path of paths) {
      const { code, out, err } = await run([...path, '--help']);
      expect([path, code, err]).toEqual([path, 0, '']);
      expect(out).toMatch(new RegExp(`\\nExample:\\n  (?:source <\\()?slipway ${path[0] ?? ''}`));
      expect(out).toContain('--json');
    }
  });
});

describe('the version', () => {
  it.each([[['version']], [['--version']], [['-V']]])('is said by %p', async (words) => {
    expect(await run(words)).toEqual({ code: 0, out: 'slipway 1.2.3 (Node 24.0.0)\n', err: '' });
  });

  it('is JSON where that is asked for, and leaves the option of other commands alone', async () => {
    expect(JSON.parse((await run(['--version', '--json'])).out)).toEqual({ version: '1.2.3', node: '24.0.0' });
    expect((await run(['deploy', '--version', '1.4.0'])).err).toContain("missing required argument 'service'");
  });
});

describe('which control plane, and as whom', () => {
  const services = { 'GET /v1/services': { body: [] } };

  it('takes address and token from the home directory', async () => {
    plane = await controlPlane(services);
    await inFolder(async (home) => {
      await writeFile(join(home, 'address'), `${plane?.address ?? ''}\n`);
      await writeFile(join(home, 'token'), `${TOKEN}\n`);
      expect((await run(['status', '--home', home])).code).toBe(0);
      expect((await run(['status'], { needs: { env: { SLIPWAY_HOME: home } } })).code).toBe(0);
      await mkdir(join(home, '.slipway'));
      await writeFile(join(home, '.slipway', 'address'), plane?.address ?? '');
      await writeFile(join(home, '.slipway', 'token'), TOKEN);
      expect((await run(['status'], { needs: { userHome: home } })).code).toBe(0);
      expect((await run(['status', '--home', home], { needs: { env: { SLIPWAY_URL: 'http://127.0.0.1:9', SLIPWAY_TOKEN: TOKEN } } })).code).toBe(0);
    });
  });

  it('says when none has run here: exit 3', async () => {
    await inFolder(async (home) => {
      const { code, err } = await run(['status', '--home', home]);
      expect([code, err]).toEqual([3, `No control plane runs on ${home}: there is no address in it. Start it: slipway up. For one elsewhere give --home DIRECTORY or --url URL.\n`]);
    });
  });

  it('says when none answers: exit 3', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => { taken.close(resolve); });
    const { code, err } = await run(['status'], { address: `http://127.0.0.1:${port}` });
    expect([code, err]).toEqual([3, `No control plane answers at http://127.0.0.1:${port} (ECONNREFUSED). Start it: slipway up. For one elsewhere give --home DIRECTORY or --url URL.\n`]);
  });

  it('says when the token is missing or wrong: exit 4, and never the token', async () => {
    plane = await controlPlane(services);
    expect(await run(['status', '--url', plane.address])).toMatchObject({ code: 4, err: expect.stringContaining('set SLIPWAY_TOKEN') });
    const wrong = await run(['status'], { needs: { env: { SLIPWAY_URL: plane.address, SLIPWAY_TOKEN: 'of-somebody-else' } } });
    expect([wrong.code, wrong.err]).toEqual([4, 'Send a token. Check SLIPWAY_TOKEN, or log in: slipway login.\n']);
    await inFolder(async (home) => {
      await writeFile(join(home, 'address'), plane?.address ?? '');
      expect(await run(['status', '--home', home])).toMatchObject({ code: 4, err: expect.stringContaining('There is no token in') });
    });
  });

  it('gives refusals with --json as a line of JSON, the problem in it', async () => {
    plane = await controlPlane({ 'GET /v1/services/catalog': problem(404, 'NotFound', 'There is no service "catalog".', { known: ['basket'] }) });
    const { code, out, err } = await run(['status', 'catalog', '--json'], { address: plane.address });
    expect([code, out]).toEqual([1, '']);
    expect(JSON.parse(err)).toEqual({ error: { exitCode: 1, message: 'There is no service "catalog".', details: [], problem: { type: 'urn:slipway:error:NotFound', title: 'NotFound', status: 404, detail: 'There is no service "catalog".', evidence: { known: ['basket'] } } } });
  });

  it('shows the mistakes of a manifest that was refused, with their places', async () => {
    plane = await controlPlane({ 'POST /v1/plans': problem(422, 'InvalidManifest', 'The manifest has 1 mistakes.', { issues: [{ file: 'slipway.yaml', line: 3, column: 2, path: 'start', message: 'is missing.', severity: 'error' }] }) });
    expect((await run(['plan', 'catalog', '-v', '1', '-e', 'staging'], { address: plane.address })).err).toContain('\nslipway.yaml:3:2  start: is missing.\n');
  });

  it.each([
    ['something that is no problem document', { status: 502, body: 'gone' }, 3, /answered 502 without saying why/],
    ['an answer of another version', { body: [{ service: 7 }] }, 1, /in a form that this version does not know/],
    ['a fault inside', problem(500, 'Internal', 'Something went wrong inside.'), 1, /Something went wrong inside/],
  ])('says it of %s', async (_what, answer, exitCode, said) => {
    plane = await controlPlane({ 'GET /v1/services': answer });
    const { code, err } = await run(['status'], { address: plane.address });
    expect(code).toBe(exitCode);
    expect(err).toMatch(said);
  });
});

describe('up and down', () => {
  it('hand their options on, and end as it ended', async () => {
    const calls: unknown[] = [];
    const needs = {
      up: async (options: unknown) => (calls.push(['up', options]), 1), upDetached: async (options: unknown) => (calls.push(['upDetached', options]), { url: 'http://127.0.0.1:1', remarks: ['A port is taken.'] }),
      down: async (options: unknown) => (calls.push(['down', options]), { ran: true, left: 0 }),
    };
    expect((await run(['up', '--home', '/data'], { needs })).code).toBe(1);
    expect(await run(['up', '--detach', '--home', '/data'], { needs })).toMatchObject({ code: 0, out: 'The control plane answers at http://127.0.0.1:1\nA port is taken.\n' });
    expect(JSON.parse((await run(['up', '--detach', '--json'], { needs: { upDetached: needs.upDetached } })).out)).toEqual({ url: 'http://127.0.0.1:1', remarks: ['A port is taken.'] });
    calls.pop();
    expect((await run(['down'], { needs: { ...needs, env: { SLIPWAY_HOME: '/other' } } })).code).toBe(0);
    expect((await run(['down', '--keep-services'], { needs })).code).toBe(0);
    expect(calls).toEqual([['up', { home: '/data', targets: [] }], ['upDetached', { home: '/data', targets: [] }], ['down', { home: '/other', keepServices: false }], ['down', { home: '/nobody/at/home/.slipway', keepServices: true }]]);
  });
});

describe('down', () => {
  const down = (ran: boolean, left: number, words: readonly string[] = []) => run(['down', '--home', '/data', ...words], { needs: { down: async () => ({ ran, left }) } });

  it('says what has ended, and what goes on', async () => {
    expect(await down(true, 0)).toEqual({ code: 0, out: 'The control plane of /data has ended, and its services with it.\n', err: '' });
    expect(await down(false, 0)).toEqual({ code: 0, out: 'No control plane runs on /data.\n', err: '' });
    expect(await down(true, 3, ['--keep-services'])).toEqual({ code: 0, out: 'The control plane of /data has ended; its services go on running.\n', err: '' });
    expect(JSON.parse((await down(true, 3, ['--keep-services', '--json'])).out)).toEqual({ ran: true, left: 3 });
    expect(JSON.parse((await down(false, 0, ['--json'])).out)).toEqual({ ran: false, left: 0 });
  });

  it('fails where services are left that nobody could end', async () => {
    expect(await down(false, 3)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('3 processes of services still run') });
    expect(JSON.parse((await down(false, 3, ['--json'])).err)).toMatchObject({ error: { exitCode: 1, message: expect.stringContaining('3 processes') } });
  });
});

describe('completion', () => {
  const complete = (script: string, words: readonly string[]): string[] => {
    const bash = spawnSync('bash', ['-c', `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', 'slipway', ...words], { encoding: 'utf8' });
    expect(bash.stderr).toBe('');
    return bash.stdout.split('\n').filter((word) => word !== '');
  };

  it('offers commands, their own commands and options', async () => {
    const script = (await run(['completion', 'bash'])).out;
    expect(complete(script, ['de'])).toEqual(['deploy', 'deliveries', 'delivery']);
    expect(complete(script, ['deploy', 'catalog', '--v'])).toEqual(['--version']);
    expect(complete(script, ['service', ''])).toEqual(expect.arrayContaining(['add', 'list']));
    expect(complete(script, ['--json', 'service', 'add', '--sh'])).toEqual(['--show-secret']);
  });

  it('is made from the program', () => {
    const program = createProgram({ stdout: { write: () => undefined }, stderr: { write: () => undefined } } as never, () => undefined);
    expect(completions(program).get('')).toEqual(expect.arrayContaining(program.commands.map((command) => command.name())));
  });
});
