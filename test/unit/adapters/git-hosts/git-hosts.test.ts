/** Each host's API against a stand-in of it: what is said, under which credential, and what becomes of limits and refusals. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createGitHosts } from '../../../../src/adapters/git-hosts/git-hosts.ts';
import { addressFault, apiOf, GitHostEntry } from '../../../../src/domain/git-host-entry.ts';
import { PLAN_MARKER } from '../../../../src/domain/pull-request.ts';
import type { HostDeployment, HostStatus } from '../../../../src/domain/host-facts.ts';
import { fakeClock } from '../../../fakes/clock.ts';
import { startGithub } from '../../../fakes/git-hosts/github.ts';
import { startGitlab } from '../../../fakes/git-hosts/gitlab.ts';
import { type OTHERS, startOther } from '../../../fakes/git-hosts/others.ts';
import type { StandIn } from '../../../fakes/git-hosts/stand-in.ts';

const COMMIT = 'a'.repeat(40);
const closing: (() => Promise<void>)[] = [];
afterEach(async () => { for (const close of closing.splice(0)) await close(); });
const running = <T extends StandIn>(standIn: T): T => { closing.push(() => standIn.close()); return standIn; };

function hosts(secrets: Record<string, string>) {
  const clock = fakeClock(Date.UTC(2026, 10, 20));
  const slept: number[] = [];
  const sleep = async (ms: number) => { slept.push(ms); clock.advance(ms); };
  return { clock, slept, of: createGitHosts({ clock, sleep, secrets: { resolve: async (reference) => secrets[reference] ?? Promise.reject(new Error(`no ${reference}`)) } }) };
}
const status = (repository: string, parts: Partial<HostStatus> = {}): HostStatus => ({ repository, commit: COMMIT as never, context: 'slipway/catalog', state: 'pending', description: 'catalog-7: canary', url: null, ...parts });
const deployment = (repository: string, parts: Partial<HostDeployment> = {}): HostDeployment => ({ repository, commit: COMMIT as never, branch: 'main', deployment: 'catalog-7-production' as never, environment: 'production/catalog', isProduction: true, state: 'in_progress', description: 'catalog-7-production: canary', environmentUrl: null, logUrl: null, ...parts });

describe('GitHub', () => {
  const SHOP = 'https://github.com/acme/shop';
  const withToken = async () => {
    const github = running(await startGithub());
    const { of, ...rest } = hosts({ github: 'github-token\n' });
    return { github, ...rest, api: of.api(GitHostEntry.parse({ host: 'github.com', api: github.url, token: { from: 'github' } })) };
  };

  it('is told of statuses, each in place of the one before, a second apart', async () => {
    const { github, api, slept } = await withToken();
    await api.status(status(SHOP));
    await api.status(status(SHOP, { state: 'success', url: 'https://slipway.example.com/pipelines/catalog-7' }));
    expect([...github.statuses]).toEqual([[`${COMMIT} slipway/catalog`, { state: 'success', context: 'slipway/catalog', description: 'catalog-7: canary', target_url: 'https://slipway.example.com/pipelines/catalog-7' }]]);
    expect(slept).toEqual([1000]);
  });

  it('is told of a deployment from its beginning to its end, and makes no second one after a crash', async () => {
    const { github, api } = await withToken();
    const id = await api.deployment?.(deployment(SHOP), null);
    // The id was not written down: it is found again by what it deploys.
    expect(await api.deployment?.(deployment(SHOP, { state: 'success', environmentUrl: 'https://shop.example.com' }), null)).toBe(id);
    expect(await api.deployment?.(deployment(SHOP, { state: 'inactive' }), id ?? null)).toBe(id);
    expect(github.deployments).toMatchObject([{ ref: COMMIT, task: 'slipway', environment: 'production/catalog', production_environment: true, auto_merge: false, required_contexts: [], payload: { deployment: 'catalog-7-production' } }]);
    expect(github.deployments[0]?.statuses.map(({ state, environment_url }) => [state, environment_url])).toEqual([['in_progress', undefined], ['success', 'https://shop.example.com'], ['inactive', undefined]]);
    expect(await api.deployment?.(deployment(SHOP, { deployment: 'catalog-8-production' as never }), null)).not.toBe(id);
  });

  it.each([
    ['its primary limit', { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.UTC(2026, 10, 20) / 1000 + 120) } }, 120],
    ['its secondary limit', { status: 403, headers: { 'retry-after': '30' } }, 30],
    ['a limit without a time', { status: 429 }, 60],
    ['a time that is far away', { status: 429, headers: { 'retry-after': '86400' } }, 3600],
  ])('is left alone for as long as %s asks', async (_what, answer, seconds) => {
    const { github, api, clock } = await withToken();
    github.trouble = () => ({ ...answer, body: { message: 'API rate limit exceeded' } });
    await expect(api.status(status(SHOP))).rejects.toMatchObject({ name: 'ProviderUnavailable', evidence: { retryAfterSeconds: seconds } });
    github.trouble = undefined;
    clock.advance((seconds - 1) * 1000);
    await expect(api.status(status(SHOP))).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(github.asked).toHaveLength(1);
    clock.advance(1000);
    await api.status(status(SHOP));
    expect(github.statuses.size).toBe(1);
  });

  it.each([
    [500, 'ProviderUnavailable'], [502, 'ProviderUnavailable'], [401, 'Forbidden'], [403, 'Forbidden'], [404, 'NotFound'], [422, 'InvalidInput'],
  ])('that answers %i is understood as %s', async (code, name) => {
    const { github, api } = await withToken();
    github.trouble = () => ({ status: code, body: { message: 'Resource not accessible by integration' } });
    await expect(api.status(status(SHOP))).rejects.toMatchObject({ name });
  });

  it('is never followed elsewhere with the credential, nor read without end', async () => {
    const { github, api } = await withToken();
    const elsewhere = running(await startGithub());
    github.trouble = () => ({ status: 307, headers: { location: `${elsewhere.url}/repos/acme/shop/statuses/${COMMIT}` } });
    await expect(api.status(status(SHOP))).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(elsewhere.asked).toEqual([]);
    github.trouble = () => ({ status: 201, body: 'x'.repeat(3 * 2 ** 20) });
    await expect(api.status(status(SHOP))).rejects.toMatchObject({ name: 'InvalidInput' });
    await github.close();
    closing.shift();
    await expect(api.status(status(SHOP))).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.not.stringContaining('github-token') });
  });

  it('has one comment of its own on a pull request, however often it is told, and leaves those of others alone', async () => {
    const { github, api } = await withToken();
    const say = (text: string, known: string | null) => api.comment?.({ repository: SHOP, number: 7, text: `${PLAN_MARKER}\n${text}` }, known);
    for (let other = 0; other < 30; other += 1) github.comments.push({ id: other, number: 7, body: `${PLAN_MARKER} not yours`, user: { id: 666 }, performed_via_github_app: null });
    const id = await say('one', null);
    // The same again as after a crash that lost its id, then by its id, then after somebody has removed it.
    expect([await say('two', null), await say('three', id ?? '')]).toEqual([id, id]);
    const ours = () => github.comments.filter(({ user }) => user.id !== 666).map(({ body }) => body);
    expect(ours()).toEqual([`${PLAN_MARKER}\nthree`]);
    github.comments.splice(github.comments.findIndex((one) => String(one.id) === id), 1);
    expect(await say('four', id ?? '')).toEqual(expect.any(String));
    expect([ours(), github.comments.filter(({ body }) => body.endsWith('not yours')).length]).toEqual([[`${PLAN_MARKER}\nfour`], 30]);
  });

  it('writes none where it cannot tell whether there is one', async () => {
    const { github, api } = await withToken();
    const say = () => api.comment?.({ repository: SHOP, number: 7, text: PLAN_MARKER }, null);
    github.trouble = ({ path }) => (path.endsWith('/comments') ? { status: 200, body: { message: 'no list' } } : undefined);
    await expect(say()).rejects.toMatchObject({ name: 'InvalidInput' });
    github.trouble = undefined;
    for (let other = 0; other < 1000; other += 1) github.comments.push({ id: other, number: 7, body: 'talk', user: { id: 666 }, performed_via_github_app: null });
    await expect(say()).rejects.toMatchObject({ name: 'LimitExceeded' });
    expect(github.comments).toHaveLength(1000);
  });

  it('is asked for runs of a commit on its branch: not those of requests and forks, nor those that failed', async () => {
    const { github, api } = await withToken();
    const run = (parts: object = {}) => ({ run_number: 12, event: 'push', conclusion: 'success', path: '.github/workflows/ci.yml@refs/heads/main', head_branch: 'main', head_sha: COMMIT, repository: { id: 1 }, head_repository: { id: 1 }, actor: { login: 'ben' }, ...parts });
    github.runs.push(run(), run({ run_number: 13, event: 'pull_request' }), run({ run_number: 14, head_repository: { id: 2 } }), run({ run_number: 15, head_repository: null }), run({ run_number: 16, conclusion: 'failure' }), run({ run_number: 17, event: 'schedule', actor: null, path: 'ci.yml' }), run({ run_number: 18, head_branch: 'other' }));
    expect(await api.runs?.({ repository: SHOP, branch: 'main', commit: COMMIT as never })).toEqual([{ run: { file: '.github/workflows/ci.yml', number: 12, conclusion: 'success' }, by: 'ben' }, { run: { file: 'ci.yml', number: 17, conclusion: 'success' }, by: null }]);
    github.trouble = () => ({ status: 403, body: { message: 'Resource not accessible by personal access token' } });
    await expect(api.runs?.({ repository: SHOP, branch: 'main', commit: COMMIT as never })).rejects.toMatchObject({ name: 'Forbidden', message: expect.stringMatching(/docs\/git-hosts\.md/) });
  });

  it('takes an app: a signed claim for a token of its installation, which lasts an hour', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { of, clock } = hosts({ key: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() });
    const github = running(await startGithub({ id: 'Iv23app', publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(), now: () => clock.now() }));
    const api = of.api(GitHostEntry.parse({ host: 'github.com', api: github.url, app: { id: 'Iv23app', privateKey: { from: 'key' } } }));
    await api.status(status(SHOP));
    await api.status(status(SHOP, { state: 'success' }));
    expect(github.tokens).toHaveLength(1);
    expect(github.asked.find(({ path }) => path.endsWith('access_tokens'))?.body).toEqual({ repositories: ['shop'], permissions: { statuses: 'write', deployments: 'write' } });
    await api.comment?.({ repository: SHOP, number: 7, text: `${PLAN_MARKER} first` }, null);
    await api.comment?.({ repository: SHOP, number: 7, text: `${PLAN_MARKER} second` }, null);
    expect(github.comments.map(({ body }) => body)).toEqual([`${PLAN_MARKER} second`]);
    // Asked for apart: an app without the newer permission goes on telling statuses.
    expect(github.asked.filter(({ path }) => path.endsWith('access_tokens')).map(({ body }) => body['permissions'])).toEqual([{ statuses: 'write', deployments: 'write' }, { pull_requests: 'write' }]);
    await api.runs?.({ repository: SHOP, branch: 'main', commit: COMMIT as never });
    expect(github.asked.findLast(({ path }) => path.endsWith('access_tokens'))?.body['permissions']).toEqual({ actions: 'read' });
    clock.advance(56 * 60_000);
    await api.status(status(SHOP, { state: 'failure' }));
    expect(github.tokens).toHaveLength(4);
  });

  it('says of a key that is none that it is none, without showing it', async () => {
    const github = running(await startGithub());
    const api = hosts({ key: 'hunter2' }).of.api(GitHostEntry.parse({ host: 'github.com', api: github.url, app: { id: 'a', privateKey: { from: 'key' } } }));
    await expect(api.status(status(SHOP))).rejects.toMatchObject({ name: 'InvalidInput', message: expect.not.stringContaining('hunter2') });
  });
});

describe('GitLab', () => {
  const SHOP = 'https://gitlab.example.com/acme/group/shop';
  const open = async () => {
    const gitlab = running(await startGitlab());
    return { gitlab, api: hosts({ gitlab: 'gitlab-token' }).of.api(GitHostEntry.parse({ host: 'gitlab.example.com', api: `${gitlab.url}/api/v4/`, token: { from: 'gitlab' } })) };
  };

  it('is asked for pipelines of a commit on its branch', async () => {
    const { gitlab, api } = await open();
    const one = { id: 31, sha: COMMIT, ref: 'main', source: 'push', status: 'success' };
    gitlab.pipelines.push(one, { ...one, id: 32, source: 'merge_request_event' }, { ...one, id: 33, status: 'failed' }, { ...one, id: 34, ref: 'other' });
    expect(await api.runs?.({ repository: SHOP, branch: 'main', commit: COMMIT as never })).toEqual([{ run: { file: '.gitlab-ci.yml', number: 31, conclusion: 'success' }, by: null }]);
  });

  it('is told of statuses, and the same one again is no fault', async () => {
    const { gitlab, api } = await open();
    for (const state of ['pending', 'pending', 'success', 'stopped'] as const) await api.status(status(SHOP, { state }));
    expect([...gitlab.statuses.values()]).toMatchObject([{ state: 'canceled', name: 'slipway/catalog' }]);
  });

  it('is told of deployments in an environment with its address', async () => {
    const { gitlab, api } = await open();
    const id = await api.deployment?.(deployment(SHOP, { environmentUrl: 'https://shop.example.com' }), null);
    expect(await api.deployment?.(deployment(SHOP), null)).toBe(id);
    expect(await api.deployment?.(deployment(SHOP, { state: 'success', environmentUrl: 'https://shop.example.com' }), id ?? null)).toBe(id);
    expect(await api.deployment?.(deployment(SHOP, { state: 'inactive' }), id ?? null)).toBe(id);
    expect([gitlab.deployments, [...gitlab.environments]]).toMatchObject([[{ environment: 'production/catalog', sha: COMMIT, ref: 'main', tag: false, status: 'success' }], [['production/catalog', 'https://shop.example.com']]]);
    // What was ended is a new one when it is deployed again.
    expect(await api.deployment?.(deployment(SHOP), null)).not.toBe(id);
  });

  it('that refuses anything else is heard', async () => {
    const { gitlab, api } = await open();
    gitlab.trouble = () => ({ status: 400, body: { message: 'name is invalid' } });
    await expect(api.status(status(SHOP))).rejects.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('name is invalid') });
  });
});

describe.each([
  ['gitea', 'https://git.example.com/acme/shop', '/api/v1', ['pending', 'success', 'failure', 'warning']],
  ['bitbucket', 'https://bitbucket.org/acme/shop', '', ['INPROGRESS', 'SUCCESSFUL', 'FAILED', 'STOPPED']],
  ['bitbucket-server', 'https://bitbucket.example.com/scm/ACME/shop', '/rest', ['INPROGRESS', 'SUCCESSFUL', 'FAILED', 'CANCELLED']],
  ['azure-devops', 'https://dev.azure.com/acme/project/_git/shop', '', ['pending', 'succeeded', 'failed', 'notApplicable']],
] as const)('%s', (kind: keyof typeof OTHERS, repository, prefix, words) => {
  it('is told of statuses in its own words, and of no deployments', async () => {
    const standIn = running(await startOther(kind));
    const api = hosts({ token: 'secret-token' }).of.api(GitHostEntry.parse({ host: new URL(repository).host, kind, api: `${standIn.url}${prefix}`, token: { from: 'token' } }));
    for (const state of ['pending', 'success', 'failure', 'stopped'] as const) await api.status(status(repository, { state }));
    expect(standIn.asked.map(({ body }) => body['state'])).toEqual(words);
    expect(api.deployment).toBeNull();
  });
});

describe('entries', () => {
  it.each([
    [{ host: 'github.com' }, 'https://api.github.com'], [{ host: 'acme.ghe.com' }, 'https://api.acme.ghe.com'], [{ host: 'git.acme.example', kind: 'github' }, 'https://git.acme.example/api/v3'],
    [{ host: 'gitlab.acme.example:8443' }, 'https://gitlab.acme.example:8443/api/v4'], [{ host: 'codeberg.org' }, 'https://codeberg.org/api/v1'], [{ host: 'bitbucket.org' }, 'https://api.bitbucket.org/2.0'],
    [{ host: 'bitbucket.acme.example' }, 'https://bitbucket.acme.example/rest'], [{ host: 'dev.azure.com' }, 'https://dev.azure.com'], [{ host: 'github.com', api: 'https://proxy.example/gh/' }, 'https://proxy.example/gh'],
  ])('%j has its API at %s', (entry, api) => {
    expect(apiOf(GitHostEntry.parse({ ...entry, token: { from: 'x' } }))).toBe(api);
  });

  it.each([
    [{ host: 'git.acme.example', token: { from: 'x' } }, 'does not say which kind'], [{ host: 'github.com' }, 'either `token` or `app`'],
    [{ host: 'github.com', token: { from: 'x' }, app: { id: 'a', privateKey: { from: 'x' } } }, 'either `token` or `app`'], [{ host: 'gitlab.com', app: { id: 'a', privateKey: { from: 'x' } } }, 'only GitHub has apps'],
    [{ host: 'https://github.com', token: { from: 'x' } }, 'the name of a host'],
  ])('%j is a mistake', (entry, said) => {
    expect(JSON.stringify(GitHostEntry.safeParse(entry).error?.issues)).toContain(said);
  });

  it.each([
    ['https://api.github.com', true], ['http://127.0.0.1:3000/api', true], ['http://localhost:3000', true], ['http://git.example.com', false], ['https://169.254.169.254/latest', false], ['https://[fe80::1]/', false],
    ['https://user:pass@git.example.com', false], ['https://git.example.com/?a=b', false], ['file:///etc/passwd', false], ['ftp://git.example.com', false],
  ])('%s may be told: %s', (address, may) => {
    expect(addressFault(address) === null).toBe(may);
  });
});
