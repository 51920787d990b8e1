import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { github } from '../../../src/contracts/git-hosts/github.ts';
import { canonicalRepository } from '../../../src/domain/repository-url.ts';
import { hubSignatureHolds } from '../../../src/domain/signature.ts';
import { document, fencedBlocks } from './documents.ts';

const run = promisify(execFile);
const SCRIPT = fencedBlocks(document('docs/webhooks.md')).find(({ info }) => info === 'js')?.text ?? '';
const KEY = 'a key of this test';

interface Told {
  readonly path: string | undefined;
  readonly delivery: unknown;
  readonly event: unknown;
  readonly signed: boolean;
  readonly push: { ref: string; before: string; after: string; deleted: boolean; repository: { clone_url: string } };
  /** Whether Slipway can read it. */
  readonly taken: boolean;
}

/** Answers with these statuses in turn, and keeps what it was told. */
async function listener(...statuses: number[]) {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks);
      const header = request.headers['x-hub-signature-256'];
      told.push({ path: request.url, delivery: request.headers['x-github-delivery'], event: request.headers['x-github-event'], signed: hubSignatureHolds(KEY, body, typeof header === 'string' ? header : undefined), push: JSON.parse(body.toString()) as Told['push'], taken: github.read({ headers: { 'x-github-event': 'push' }, body, nowMs: 0 }).kind === 'pushes' });
      const status = statuses.shift() ?? 202;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status < 300 ? { kind: 'accepted', reason: 'The push is being read.' } : { status, detail: 'not now' }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => new Promise((resolve) => void server.close(resolve)) };
}

let folder: string;
let environment: NodeJS.ProcessEnv;
const git = async (...words: string[]) => run('git', words, { cwd: join(folder, 'work'), env: environment });
const commit = async (message: string) => {
  await git('commit', '--quiet', '--allow-empty', '-m', message);
  return (await git('rev-parse', 'HEAD')).stdout.trim();
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-hook-'));
  environment = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'ben', GIT_AUTHOR_EMAIL: 'ben@example.com', GIT_COMMITTER_NAME: 'ben', GIT_COMMITTER_EMAIL: 'ben@example.com' };
  for (const name of ['work', '.slipway']) mkdirSync(join(folder, name));
  await git('init', '--quiet', '--initial-branch=main', '.');
  await git('init', '--quiet', '--bare', join(folder, 'shop.git'));
  mkdirSync(join(folder, 'shop.git', 'hooks'), { recursive: true });
  writeFileSync(join(folder, 'shop.git', 'hooks', 'post-receive'), SCRIPT, { mode: 0o755 });
  writeFileSync(join(folder, '.slipway', 'webhook-secret'), `${KEY}\n`, { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const push = (...refs: string[]) => git('push', join(folder, 'shop.git'), ...refs);

describe('the hook of docs/webhooks.md', () => {
  it('tells of a push as GitHub does, with the address and the key of the data directory', async () => {
    const slipway = await listener();
    writeFileSync(join(folder, '.slipway', 'address'), `${slipway.url}\n`);
    const first = await commit('one');
    const { stderr } = await push('main');
    const second = await commit('two');
    await push('main');
    await slipway.close();
    expect(stderr).toContain('refs/heads/main: The push is being read.');
    expect(slipway.told.map(({ path, event, signed, taken }) => [path, event, signed, taken])).toEqual([['/webhooks/github', 'push', true, true], ['/webhooks/github', 'push', true, true]]);
    expect(slipway.told.map(({ push: { ref, before, after, deleted } }) => [ref, before, after, deleted])).toEqual([['refs/heads/main', '0'.repeat(40), first, false], ['refs/heads/main', first, second, false]]);
    expect(new Set(slipway.told.map(({ delivery }) => delivery)).size).toBe(2);
    const url = slipway.told[0]?.push.repository.clone_url ?? '';
    expect(canonicalRepository(url)).toMatch(/\/shop$/);
    expect((await git('ls-remote', url)).stdout).toContain(second);
  });

  it('tells of each ref of a push, and of a deleted branch', async () => {
    const slipway = await listener();
    writeFileSync(join(folder, '.slipway', 'address'), slipway.url);
    const only = await commit('one');
    await push('main', 'main:refs/heads/other');
    await push(':refs/heads/other');
    await slipway.close();
    expect(slipway.told.map(({ push: { ref, after, deleted } }) => [ref, after, deleted])).toEqual([
      ['refs/heads/main', only, false], ['refs/heads/other', only, false], ['refs/heads/other', '0'.repeat(40), true],
    ]);
  });

  it('tries again under the same delivery id while nobody can take it', async () => {
    const slipway = await listener(503);
    writeFileSync(join(folder, '.slipway', 'address'), slipway.url);
    await commit('one');
    await push('main');
    await slipway.close();
    expect(slipway.told).toHaveLength(2);
    expect(slipway.told[0]?.delivery).toBe(slipway.told[1]?.delivery);
  });

  it('takes other settings from git, and says a refusal to whoever pushes, whose push stands', async () => {
    const slipway = await listener(401);
    const key = join(folder, 'another-key');
    writeFileSync(key, 'another key');
    const settings = { 'slipway.url': slipway.url, 'slipway.secretFile': key, 'slipway.repository': 'https://git.example.com/acme/shop' };
    for (const [name, value] of Object.entries(settings)) await git('--git-dir', join(folder, 'shop.git'), 'config', name, value);
    const only = await commit('one');
    const { stderr } = await push('main');
    await slipway.close();
    expect(stderr).toContain('refs/heads/main was not told to Slipway: 401 not now');
    expect(slipway.told.map(({ signed, push: { repository } }) => [signed, repository.clone_url])).toEqual([[false, 'https://git.example.com/acme/shop']]);
    expect((await git('ls-remote', join(folder, 'shop.git'), 'main')).stdout).toContain(only);
  });

  it('says which file is missing where Slipway has never run', async () => {
    await commit('one');
    expect((await push('main')).stderr).toContain(join('.slipway', 'address'));
  });
});
