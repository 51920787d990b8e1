/** What the contract does not say of repositories over HTTP: what is transferred, credentials, deltas, damage, limits. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { placeThrough } from '../../../../../src/adapters/aws/http-git/checkout.ts';
import { createHttpGitSources, type HttpGitSettings } from '../../../../../src/adapters/aws/http-git-sources.ts';
import { CommitId } from '../../../../../src/domain/ids.ts';
import { gitRepository } from '../../local/git-repository.ts';
import { startGitHost, type GitHost } from './git-host.ts';

let work: string;
let host: GitHost;
let first: (request: IncomingMessage, response: ServerResponse) => boolean;
beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'slipway-http-git-'));
  first = () => false;
  host = await startGitHost(work, { first: (request, response) => first(request, response) });
});
afterEach(async () => {
  await host.close();
  rmSync(work, { recursive: true, force: true });
});

const sources = (settings: Partial<HttpGitSettings> = {}) => createHttpGitSources({ place: placeThrough(work), settings: { schemes: ['http'], ...settings } });
const repository = () => `${host.address}/origin`;
const noise = (length: number): string => Array.from({ length }, (_, index) => ((index * 7919 + 104_729) % 36).toString(36)).join('');

describe('what is transferred', () => {
  it('of a large repository, for a push: folders and manifests, twice, and no other file', async () => {
    const origin = gitRepository(join(work, 'origin'));
    const big = randomBytes(3_000_000).toString('base64');
    const before = origin.commit({ 'big.bin': big, 'services/a/slipway.yaml': 'service: aa\n', 'services/a/x': '1' });
    const after = origin.commit({ 'services/a/x': '2' });
    const under = sources();
    expect((await under.fetch(repository(), after)).subject).toBe('a change');
    expect(await under.changedPaths(repository(), before, after)).toEqual(['services/a/x']);
    expect(await under.manifests(repository(), after)).toEqual([{ path: 'services/a/slipway.yaml', text: 'service: aa\n' }]);
    expect(await under.manifests(repository(), after)).toHaveLength(1);
    const posts = host.requests.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(3);
    expect(posts.reduce((sum, { answerBytes }) => sum + answerBytes(), 0)).toBeLessThan(3000);
  });

  it('reads files that the host keeps as differences', async () => {
    const origin = gitRepository(join(work, 'origin'));
    const text = noise(200_000);
    origin.commit({ 'a.txt': text, 'slipway.yaml': 'service: aa\n' });
    const commit = origin.commit({ 'b.txt': `${text.slice(0, 70_000)}changed${text.slice(70_000)}`, 'c.txt': `start${text}`, 'd.txt': text.slice(0, 100_000) });
    origin.git('repack', '-adf', '--depth=50', '--window=50');
    expect(origin.git('verify-pack', '-v', join(work, 'origin/.git/objects/pack', readdirSync(join(work, 'origin/.git/objects/pack')).find((name) => name.endsWith('.idx')) ?? ''))).toMatch(/chain length = 1/);
    await sources().checkout(repository(), commit, join(work, 'out'));
    for (const name of ['a.txt', 'b.txt', 'c.txt', 'd.txt']) expect(readFileSync(join(work, 'out', name), 'utf8')).toBe(readFileSync(join(work, 'origin', name), 'utf8'));
  });

  it('reads repositories that name their commits by sha256', async () => {
    const origin = gitRepository(join(work, 'origin'), 'sha256');
    const before = origin.commit({ 'slipway.yaml': 'service: aa\n' });
    const after = origin.commit({ b: '1' }, 'second');
    const under = sources();
    expect((await under.fetch(repository(), after)).subject).toBe('second');
    expect(await under.changedPaths(repository(), before, after)).toEqual(['b']);
    expect(await under.manifests(repository(), after)).toHaveLength(1);
  });

  it('lists a changed mode, a file that became a folder, and everything under a removed folder', async () => {
    const origin = gitRepository(join(work, 'origin'));
    const before = origin.commit({ 'run.sh': 'x', thing: 'a file', 'gone/a': '1', 'gone/deep/b': '2' });
    origin.git('rm', '-r', '--quiet', 'gone', 'thing');
    origin.git('update-index', '--chmod=+x', 'run.sh');
    execFileSync('chmod', ['+x', join(work, 'origin/run.sh')]);
    const after = origin.commit({ 'thing/inside': 'now a folder' });
    expect([...((await sources().changedPaths(repository(), before, after)) ?? [])].sort()).toEqual(['gone/a', 'gone/deep/b', 'run.sh', 'thing', 'thing/inside']);
  });

  it('takes the subject of a commit over its whole first paragraph', async () => {
    const commit = gitRepository(join(work, 'origin')).commit({ a: '1' }, 'one\ntwo\n\nbody');
    expect((await sources().fetch(repository(), commit)).subject).toBe('one two');
  });
});

describe('who asks', () => {
  const asksFor = (credential: string) => (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.headers.authorization === `Basic ${Buffer.from(credential).toString('base64')}`) return false;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return true;
  };

  it('shows the credential of the host, only when it is asked for', async () => {
    const commit = gitRepository(join(work, 'origin')).commit({ a: '1' });
    const asked: string[] = [];
    const credential = async (name: string) => {
      asked.push(name);
      return 'x-access-token:secret';
    };
    await sources({ credential }).fetch(repository(), commit);
    expect(asked).toEqual([]);
    first = asksFor('x-access-token:secret');
    await sources({ credential }).fetch(repository(), commit);
    expect(asked).toEqual([new URL(host.address).host]);
  });

  it.each([['none', null], ['a wrong one', 'x:wrong-secret']])('with %s: Forbidden, and the credential is not shown', async (_what, given) => {
    const commit = gitRepository(join(work, 'origin')).commit({ a: '1' });
    first = asksFor('x:right');
    const refused = await sources({ credential: async () => given }).fetch(repository(), commit).then(() => undefined, (error: unknown) => error as Error);
    expect(refused).toMatchObject({ name: 'Forbidden' });
    expect(String(refused)).not.toContain('wrong-secret');
  });

  it('goes on where a renamed repository was moved to, and shows no credential to another host', async () => {
    const commit = gitRepository(join(work, 'origin')).commit({ a: '1' });
    const other = await startGitHost(work);
    try {
      const authorized = asksFor('x:secret');
      first = (request, response) => {
        if (authorized(request, response)) return true;
        response.writeHead(301, { location: `${other.address}${request.url ?? ''}` }).end();
        return true;
      };
      expect((await sources({ credential: async () => 'x:secret' }).fetch(repository(), commit)).commit).toBe(commit);
      expect(other.requests.map(({ method, authorization }) => [method, authorization])).toEqual([['GET', undefined], ['POST', undefined]]);
    } finally {
      await other.close();
    }
  });
});

describe('what goes wrong', () => {
  const COMMIT = CommitId.parse('1'.repeat(40));

  it.each([[404, 'NotFound'], [410, 'NotFound'], [403, 'Forbidden'], [429, 'ProviderUnavailable'], [500, 'ProviderUnavailable']])('a host that answers %i: %s', async (status, name) => {
    first = (_request, response) => Boolean(response.writeHead(status).end());
    await expect(sources().fetch(repository(), COMMIT)).rejects.toMatchObject({ name });
  });

  it('nobody there, and a host that keeps silent: ProviderUnavailable', async () => {
    await expect(sources().fetch('http://127.0.0.1:9/none', COMMIT)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    first = () => true;
    await expect(sources({ timeoutMs: 100 }).fetch(repository(), COMMIT)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('a web page instead of git: ProviderUnavailable; an old host: NotSupported', async () => {
    first = (_request, response) => Boolean(response.end('<html>'));
    await expect(sources().fetch(repository(), COMMIT)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('did not answer in git') });
    first = (_request, response) => Boolean(response.end('001e# service=git-upload-pack\n0000'));
    await expect(sources().fetch(repository(), COMMIT)).rejects.toMatchObject({ name: 'NotSupported' });
  });

  it('more than the limits, as it arrives and as it unpacks', async () => {
    const commit = gitRepository(join(work, 'origin')).commit({ zeros: '0'.repeat(2_000_000), noise: randomBytes(100_000).toString('base64') });
    await expect(sources({ answerBytesMax: 50_000 }).checkout(repository(), commit, join(work, 'out'))).rejects.toMatchObject({ name: 'LimitExceeded' });
    await expect(sources({ objectBytesMax: 1_000_000 }).checkout(repository(), commit, join(work, 'out'))).rejects.toMatchObject({ name: 'LimitExceeded' });
    expect(readdirSync(work)).toEqual(['origin']);
  });

  it('only https, unless the installation says otherwise', async () => {
    await expect(createHttpGitSources({ place: placeThrough(work) }).fetch(repository(), COMMIT)).rejects.toMatchObject({ name: 'Forbidden' });
  });
});
