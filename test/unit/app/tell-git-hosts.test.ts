/** What git hosts are told of pipelines, through the real adapters and stand-ins of the hosts. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGitHosts } from '../../../src/adapters/git-hosts/git-hosts.ts';
import { tellGitHosts, tellWaiting } from '../../../src/app/tell-git-hosts.ts';
import { deploymentKey, hostTroubleKey, observedKey, pipelineKey, toldHostKey, UNTOLD_HOSTS, untoldHostKey } from '../../../src/app/state/keys.ts';
import { Environments } from '../../../src/domain/environment.ts';
import { ChangeEvent, eventIds } from '../../../src/domain/change.ts';
import { RETRY_FIRST_MS, RETRY_LONGEST_MS, WAITS_MS } from '../../../src/domain/host-trouble.ts';
import type { GitHostEntry } from '../../../src/domain/git-host-entry.ts';
import type { HostStatus } from '../../../src/domain/host-facts.ts';
import { startGithub, type GithubStandIn } from '../../fakes/git-hosts/github.ts';
import { startGitlab, type GitlabStandIn } from '../../fakes/git-hosts/gitlab.ts';
import { deployment, observed, pipeline } from '../cli/builders.ts';
import { rig, type Rig } from './rig.ts';

const COMMIT = 'a'.repeat(40);
const SHOP = 'https://github.com/acme/shop';
const nextId = eventIds('test');
let at: Rig;
let github: GithubStandIn;
let gitlab: GitlabStandIn;
beforeEach(async () => {
  at = rig();
  [github, gitlab] = [await startGithub(), await startGitlab()];
  at.environments.text = Environments.parse({
    environments: [{ name: 'staging', kind: 'staging', wave: 1 }, { name: 'production', kind: 'production', wave: 2 }],
    gitHosts: [{ host: 'github.com', api: github.url, token: { from: 'github' } }, { host: 'gitlab.com', api: `${gitlab.url}/api/v4`, token: { from: 'gitlab' } }],
  });
});
afterEach(async () => {
  await github.close();
  await gitlab.close();
  await at.close();
});

const needsOf = (publicUrl: string | null) => ({
  ...at.needs, settings: { publicUrl } as never,
  gitHosts: createGitHosts({ clock: at.clock, sleep: async (ms) => at.clock.advance(ms), secrets: { resolve: async (reference) => `${reference}-token` } }),
});
const subscriber = (publicUrl: string | null = null) => tellGitHosts(needsOf(publicUrl));
const again = () => tellWaiting(needsOf(null))();
const event = (...pipelines: string[]) => ChangeEvent.parse({ id: nextId(at.clock.now()), at: at.clock.now(), changes: pipelines.map((id) => ({ what: 'deployment', service: 'catalog', environment: 'production', pipeline: id, status: 'running' })) });
async function put(key: Parameters<Rig['needs']['store']['get']>[0], value: unknown) {
  const known = await at.needs.store.get(key);
  await at.needs.store.transact([{ kind: 'put', key, value, condition: known === undefined ? { absent: true } : { generation: known.generation } }]);
}
const write = async (parts: Record<string, unknown> = {}) => { const value = pipeline({ repository: SHOP, commit: COMMIT, branch: 'main', cause: 'push', author: 'ben@example.com', ...parts }); await put(pipelineKey(value.id), value); return value; };
const deploy = async (environment: 'staging' | 'production', parts: Record<string, unknown> = {}) => { const value = deployment(environment, parts); await put(deploymentKey(value.id), value); };
const shown = () => github.deployments.map(({ environment, statuses }) => [environment, statuses.map(({ state }) => state)]);

describe('tellGitHosts', () => {
  it('tells of a pipeline and its deployments from the first to the last, and nothing twice', async () => {
    const told = subscriber('https://slipway.example.com/');
    await write({ stage: 'staging' });
    await deploy('staging');
    await told.take([event('catalog-7')]);
    const calls = github.asked.length;
    await told.take([event('catalog-7'), event('catalog-7')]);
    expect(github.asked.length).toBe(calls);
    await deploy('staging', { status: { kind: 'succeeded', at: 1 } });
    await put(observedKey('catalog' as never, 'production' as never), observed('production', { 'catalog-7-production': 100 }, []));
    await deploy('production', { status: { kind: 'succeeded', at: 2 } });
    await write({ stage: 'done', status: { kind: 'succeeded', at: 2 } });
    await told.take([event('catalog-7')]);
    expect(shown()).toEqual([['staging/catalog', ['in_progress', 'success']], ['production/catalog', ['success']]]);
    expect(github.deployments[1]?.statuses[0]).toMatchObject({ environment_url: 'http://127.0.0.1:20001', log_url: 'https://slipway.example.com/pipelines/catalog-7' });
    expect([...github.statuses]).toEqual([[`${COMMIT} slipway/catalog`, { state: 'success', context: 'slipway/catalog', description: 'catalog-7: released to staging, production', target_url: 'https://slipway.example.com/pipelines/catalog-7' }]]);
  });

  it('shows the older deployment as inactive once a newer one serves, and one that was taken back as failed', async () => {
    const told = subscriber();
    await write();
    await deploy('production', { status: { kind: 'succeeded', at: 1 } });
    await told.take([event('catalog-7')]);
    await write({ id: 'catalog-8', number: 8, commit: 'b'.repeat(40) });
    const second = (parts: Record<string, unknown>) => deploy('production', { id: 'catalog-8-production', pipeline: 'catalog-8', ...parts });
    await second({ status: { kind: 'rolling-back', error: 'CandidateWorse', reason: 'the token hunter2 was refused' } });
    await told.take([event('catalog-8')]);
    await second({ status: { kind: 'rolled-back', at: 3, error: 'CandidateWorse', reason: 'the token hunter2 was refused' } });
    await told.take([event('catalog-8')]);
    expect(shown()).toEqual([['production/catalog', ['success']], ['production/catalog', ['in_progress', 'failure']]]);
    await write({ id: 'catalog-9', number: 9, commit: 'c'.repeat(40) });
    await deploy('production', { id: 'catalog-9-production', pipeline: 'catalog-9', status: { kind: 'succeeded', at: 4 } });
    await told.take([event('catalog-9')]);
    expect(shown()).toEqual([['production/catalog', ['success', 'inactive']], ['production/catalog', ['in_progress', 'failure']], ['production/catalog', ['success']]]);
    // Whoever sees the repository sees this: no person, no output of tests.
    expect(JSON.stringify(github.asked)).not.toMatch(/hunter2|ben@example.com/);
  });

  it.each([
    ['failed', { kind: 'failed', at: 1, error: 'TestsFailed', reason: 'secret' }, 'failure', 'failed (TestsFailed)'], ['superseded', { kind: 'superseded', at: 1, by: 'catalog-8' }, 'error', 'catalog-8 has taken its place'],
    ['cancelled', { kind: 'cancelled', at: 1, by: 'ben', why: 'secret' }, 'error', 'cancelled'],
  ])('says of a pipeline that was %s that it was', async (_what, status, state, text) => {
    await write({ status });
    await subscriber().take([event('catalog-7')]);
    expect([...github.statuses.values()]).toMatchObject([{ state, description: `catalog-7: ${text}` }]);
  });

  it('tells nobody of what has no commit, of other hosts, and of pipelines that are gone', async () => {
    await write({ repository: null });
    await write({ id: 'catalog-8', number: 8, repository: 'https://codeberg.org/acme/shop' });
    await write({ id: 'catalog-9', number: 9, cause: 'rollback' });
    await subscriber().take([event('catalog-7', 'catalog-8', 'catalog-9', 'catalog-10')]);
    expect([github.asked, gitlab.asked]).toEqual([[], []]);
  });

  it('is wanted only where a host is named', async () => {
    expect(await subscriber().isWanted()).toBe(true);
    at.environments.text = Environments.parse({ environments: [{ name: 'staging', kind: 'staging', wave: 1 }] });
    expect(await subscriber().isWanted()).toBe(false);
  });

  it('tells people once of what a host refuses for good, and goes on with the rest', async () => {
    const told = subscriber();
    await write();
    await deploy('production');
    github.trouble = ({ path }) => (path.includes('/statuses/') ? { status: 403, body: { message: 'Resource not accessible by personal access token' } } : undefined);
    await told.take([event('catalog-7')]);
    await write({ stage: 'canary' });
    await told.take([event('catalog-7')]);
    expect(at.alerts).toMatchObject([{ kind: 'git-host-refused', severity: 'warning', service: 'catalog', text: expect.stringContaining('Resource not accessible') }]);
    expect(shown()).toEqual([['production/catalog', ['in_progress']]]);
  });

  it('leaves out what an entry says not to tell', async () => {
    at.environments.text = Environments.parse({ environments: [{ name: 'production', kind: 'production', wave: 1 }], gitHosts: [{ host: 'github.com', api: github.url, token: { from: 'github' }, deployments: false }] });
    await write();
    await deploy('production');
    await subscriber().take([event('catalog-7')]);
    expect([github.deployments.length, github.statuses.size]).toEqual([0, 1]);
  });
});

const GROUP = 'https://gitlab.com/acme/group/shop';
const waits = async () => (await at.needs.store.query(UNTOLD_HOSTS, '', { limit: 100 })).items.map(({ sort }) => sort);

describe('a host that is down', () => {
  it('is told when it is back, with what is true then and though nothing changes any more', async () => {
    await write();
    await deploy('production');
    github.trouble = () => ({ status: 502 });
    await subscriber().take([event('catalog-7')]);
    await write({ status: { kind: 'succeeded', at: 1 } });
    await deploy('production', { status: { kind: 'succeeded', at: 1 } });
    await subscriber().take([event('catalog-7')]);
    expect([github.asked.length, await waits()]).toEqual([1, ['github.com#catalog-7']]);
    github.trouble = undefined;
    await again();
    expect(github.asked).toHaveLength(1);
    at.clock.advance(RETRY_FIRST_MS);
    expect(await again()).toMatchObject({ left: 0 });
    expect([[...github.statuses.values()].map(({ state }) => state), shown(), await waits()]).toEqual([['success'], [['production/catalog', ['success']]], []]);
    expect(await at.needs.store.get(hostTroubleKey('github.com'))).toBeUndefined();
  });

  it('is asked less and less often, at least every five minutes, and people are told once that it is away and once that it is back', async () => {
    await write();
    github.trouble = () => ({ status: 500 });
    const begun = at.clock.now();
    await subscriber().take([event('catalog-7')]);
    const asked: number[] = [];
    while (at.clock.now() - begun < 3_600_000) {
      at.clock.advance(1000);
      const before = github.asked.length;
      await again();
      if (github.asked.length > before) asked.push(at.clock.now());
    }
    const gaps = asked.slice(1).map((time, index) => Math.round((time - (asked[index] ?? 0)) / 1000));
    expect(gaps.slice(0, 8)).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
    expect(at.alerts).toMatchObject([{ kind: 'git-host-unreachable', severity: 'warning', text: expect.stringContaining('github.com') }]);
    github.trouble = undefined;
    at.clock.advance(RETRY_LONGEST_MS);
    await again();
    expect(at.alerts.map(({ kind }) => kind)).toEqual(['git-host-unreachable', 'git-host-reachable']);
    expect(github.statuses.size).toBe(1);
  });

  it('keeps no other host from being told, neither of what changes nor of what waits', async () => {
    await write();
    await write({ id: 'catalog-8', number: 8, repository: GROUP });
    github.trouble = () => ({ status: 503 });
    gitlab.trouble = () => ({ status: 503 });
    await subscriber().take([event('catalog-7', 'catalog-8')]);
    gitlab.trouble = undefined;
    at.clock.advance(RETRY_FIRST_MS);
    await again();
    expect([gitlab.statuses.size, await waits()]).toEqual([1, ['github.com#catalog-7']]);
    await write({ id: 'catalog-8', number: 8, repository: GROUP, status: { kind: 'succeeded', at: 1 } });
    const calls = github.asked.length;
    await subscriber().take([event('catalog-8')]);
    expect([github.asked.length, [...gitlab.statuses.values()].map(({ state }) => state)]).toEqual([calls, ['success']]);
  });

  it('does not answer at all for two calls in a run, however many pipelines wait', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `catalog-${index + 1}`);
    for (const [index, id] of ids.entries()) await write({ id, number: index + 1 });
    await github.close();
    await subscriber().take([event(...ids)]);
    const trouble = await at.needs.store.get<{ attempts: number }>(hostTroubleKey('github.com'));
    expect([trouble?.value.attempts, (await waits()).length]).toEqual([1, 8]);
    // For afterEach.
    github = await startGithub();
  });

  it('is left alone for as long as it asks', async () => {
    await write();
    await write({ id: 'catalog-8', number: 8 });
    github.trouble = () => ({ status: 403, headers: { 'retry-after': '60' }, body: { message: 'You have exceeded a secondary rate limit' } });
    await subscriber().take([event('catalog-7', 'catalog-8')]);
    expect(github.asked).toHaveLength(1);
    github.trouble = undefined;
    at.clock.advance(59_000);
    await again();
    expect(github.asked).toHaveLength(1);
    at.clock.advance(1000);
    await again();
    expect(await waits()).toEqual([]);
  });
});

describe('a pipeline that its host fails at', () => {
  it('waits by itself, and is tried again later', async () => {
    for (const number of [6, 7, 8]) await write({ id: `catalog-${number}`, number, commit: String(number).repeat(40) });
    github.trouble = ({ path }) => (path.includes('7777') ? { status: 500 } : undefined);
    await subscriber().take([event('catalog-6', 'catalog-7', 'catalog-8')]);
    expect([github.statuses.size, await waits(), await at.needs.store.get(hostTroubleKey('github.com'))]).toEqual([2, ['github.com#catalog-7'], undefined]);
    github.trouble = undefined;
    at.clock.advance(RETRY_FIRST_MS);
    await again();
    expect([github.statuses.size, await waits()]).toEqual([3, []]);
  });

  it('is left out after three days', async () => {
    await write();
    github.trouble = () => ({ status: 500 });
    await subscriber().take([event('catalog-7')]);
    github.trouble = undefined;
    at.clock.advance(WAITS_MS);
    await again();
    expect([github.asked.length, await waits()]).toEqual([1, []]);
  });

  it('is told by one run of two at once, and once more when it changed while it was told', async () => {
    await write();
    await deploy('production');
    github.trouble = () => ({ status: 500 });
    await subscriber().take([event('catalog-7')]);
    at.clock.advance(RETRY_FIRST_MS);
    github.trouble = undefined;
    await Promise.all([again(), again()]);
    expect([github.deployments.length, await waits()]).toEqual([1, []]);
  });

  it('is told once more when it changed while it was told', async () => {
    await write();
    github.trouble = () => ({ status: 500 });
    await subscriber().take([event('catalog-7')]);
    at.clock.advance(RETRY_FIRST_MS);
    github.trouble = undefined;
    const needs = needsOf(null);
    const status = async (entry: GitHostEntry, said: HostStatus) => {
      await write({ stage: 'rollout' });
      await put(untoldHostKey('github.com', 'catalog-7' as never), (await at.needs.store.get(untoldHostKey('github.com', 'catalog-7' as never)))?.value);
      await needs.gitHosts.api(entry).status(said);
    };
    await tellWaiting({ ...needs, gitHosts: { api: (entry) => ({ ...needs.gitHosts.api(entry), status: (said) => status(entry, said) }) } })();
    expect(await waits()).toEqual(['github.com#catalog-7']);
    at.clock.advance(WAITS_MS / 3);
    await again();
    expect([[...github.statuses.values()].map(({ description }) => description), await waits()]).toEqual([['catalog-7: rollout'], []]);
  });

  it('that cannot be read keeps no other one from being told', async () => {
    await write();
    await write({ id: 'catalog-8', number: 8 });
    await put(toldHostKey('catalog-7' as never), { nonsense: true });
    await expect(subscriber().take([event('catalog-7', 'catalog-8')])).rejects.toThrow();
    expect(github.statuses.size).toBe(1);
  });
});
