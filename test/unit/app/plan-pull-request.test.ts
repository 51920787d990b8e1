/** From a pull request's webhook to the comment on a stand-in of GitHub. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGitHosts } from '../../../src/adapters/git-hosts/git-hosts.ts';
import { admit } from '../../../src/app/admit.ts';
import { deliveries } from '../../../src/app/look.ts';
import { receivePush } from '../../../src/app/receive-push.ts';
import { registerRepository } from '../../../src/app/register.ts';
import { UNSHOWN_PULL_REQUESTS } from '../../../src/app/state/keys.ts';
import { recorded } from '../../../src/app/state/recorded-store.ts';
import { tellWaiting } from '../../../src/app/tell-git-hosts.ts';
import { Environments } from '../../../src/domain/environment.ts';
import { RETRY_FIRST_MS } from '../../../src/domain/host-trouble.ts';
import { PLAN_MARKER } from '../../../src/domain/pull-request.ts';
import { signHub } from '../../../src/domain/signature.ts';
import { startGithub, type GithubStandIn } from '../../fakes/git-hosts/github.ts';
import { manifestText, rig, type Rig } from './rig.ts';

let at: Rig;
let github: GithubStandIn;
let fetched: string[];
beforeEach(async () => {
  [at, github, fetched] = [rig(), await startGithub(), []];
  at.environments.text = withHosts([{ host: 'github.com', api: github.url, token: { from: 'github' } }]);
  await registerRepository(at.needs)({ url: 'https://github.com/acme/shop.git', by: 'owner' as never });
  const { fetch } = at.needs.sources;
  at.needs.sources.fetch = async (repository, commit) => { fetched.push(`${repository} ${commit}`); return fetch(repository, commit); };
  at.repo.changed = ['catalog/server.js'];
  at.repo.manifests = [{ path: 'catalog/slipway.yaml', text: manifestText('catalog') }, { path: 'cart/slipway.yaml', text: manifestText('cart') }];
});
afterEach(async () => {
  await github.close();
  await at.close();
});

const withHosts = (gitHosts: unknown[]) => Environments.parse({
  environments: [{ name: 'production', kind: 'production', wave: 2 }, { name: 'staging', kind: 'staging', wave: 1 }],
  people: [{ name: 'anna' }, { name: 'ben' }], defaults: { approvers: ['anna', 'ben'] }, gitHosts,
});
const tell = () => tellWaiting({
  ...at.needs, settings: { publicUrl: null } as never,
  gitHosts: createGitHosts({ clock: at.clock, sleep: async (ms) => at.clock.advance(ms), secrets: { resolve: async () => 'github-token' } }),
})();
const commit = (digit: string) => digit.repeat(40);

async function opened(delivery: string, head = '2', parts: { into?: string; key?: string } = {}) {
  const body = Buffer.from(JSON.stringify({
    action: 'synchronize', number: 7, repository: { clone_url: 'https://github.com/acme/shop.git' },
    pull_request: { base: { ref: parts.into ?? 'main', sha: commit('1') }, head: { sha: commit(head), repo: { clone_url: 'https://github.com/mallory/shop.git' } }, user: { login: 'mallory' } },
  }));
  return receivePush(at.needs)({ host: 'github', headers: { 'x-github-event': 'pull_request', 'x-github-delivery': delivery, 'x-hub-signature-256': signHub(parts.key ?? 'github-key', body) }, body });
}
const read = (delivery: string) => admit(at.needs)({ deliveryId: delivery as never });
async function planned(delivery: string, head = '2', parts: { into?: string } = {}) {
  await opened(delivery, head, parts);
  const { admissions } = await read(delivery);
  at.clock.advance(1000);
  await tell();
  return admissions;
}
const shown = () => github.comments.map(({ body }) => body);

describe('a pull request', () => {
  it('gets the plan of what it touches, environment by environment, and names nobody', async () => {
    expect(await planned('d-1')).toEqual([{ kind: 'refused', service: null, reason: 'Nothing is released of a pull request. Its plan is shown in a comment on it.' }]);
    const [text = ''] = shown();
    expect(text.startsWith(PLAN_MARKER)).toBe(true);
    expect(text).toMatch(/catalog 222222222222 to staging: [^]*its artifact is not built yet[^]*catalog 222222222222 to production: [^]*approval: 1 of 2 approvers/);
    expect(text).not.toMatch(/cart|anna|ben|mallory|sha256/);
    // The head is asked for at the registered repository, not at the fork.
    expect(fetched).toEqual([`https://github.com/acme/shop.git ${commit('2')}`]);
    expect(at.started.map(({ machine }) => machine)).toEqual(['delivery']);
  });

  it('has its one comment changed by the next commit, and by nothing that comes again or late', async () => {
    await planned('d-1');
    at.repo.manifests = [{ path: 'catalog/slipway.yaml', text: 'service: catalog\nteam: shop\nstart: [node, server.js]\nstrategi: canary\n' }];
    at.repo.changed = ['catalog/slipway.yaml'];
    await opened('d-late', '3');
    at.clock.advance(1000);
    await planned('d-2', '4');
    expect(shown()).toEqual([expect.stringMatching(/Commit `444444444444`[^]*catalog\/slipway\.yaml:4:1 .*strategi/)]);
    const calls = github.asked.length;
    expect(await opened('d-2', '4')).toMatchObject({ kind: 'duplicate' });
    expect((await read('d-late')).admissions).toMatchObject([{ reason: expect.stringContaining('A newer commit') }]);
    await tell();
    expect(github.asked.length).toBe(calls);
    at.repo.changed = ['README.md'];
    await planned('d-3', '5');
    expect(shown()).toEqual([expect.stringContaining('It changes no file of a service')]);
  });

  it('rings whoever tells git hosts, each time its plan changes', async () => {
    const rung: unknown[] = [];
    const store = recorded(at.needs.store, { clock: at.clock, ids: at.needs.ids, publish: ({ changes }) => rung.push(...changes) });
    for (const [delivery, head] of [['d-1', '2'], ['d-2', '3']] as const) {
      await opened(delivery, head);
      await admit({ ...at.needs, store })({ deliveryId: delivery as never });
      at.clock.advance(1000);
    }
    const change = { what: 'pull-request', service: null, environment: null, pipeline: null, status: null, id: expect.stringMatching(/#00000007$/) };
    expect(rung).toEqual([change, change]);
  });

  it('is not spoken to when it touches no service', async () => {
    at.repo.changed = ['README.md'];
    expect(await planned('d-1')).toMatchObject([{ reason: expect.stringContaining('changes no file of a service') }]);
    expect(github.asked).toEqual([]);
  });

  it('into a branch that nothing is released from says so', async () => {
    await planned('d-1', '2', { into: 'next' });
    expect(shown()).toEqual([expect.stringContaining('catalog is released from main.')]);
  });

  it('shows what cannot be planned, beside what can', async () => {
    at.repo.manifests = [{ path: 'catalog/slipway.yaml', text: manifestText('catalog') }, { path: 'catalog/other/slipway.yaml', text: 'service: [\n' }];
    at.repo.changed = ['catalog/other/main.js'];
    await planned('d-1');
    expect(shown()[0]).toMatch(/catalog 222222222222 to staging[^]*The manifest has mistakes[^]*catalog\/other\/slipway\.yaml:\d+:\d+ /);
  });

  it('is refused where nobody may be told, and by whom does not know the secret', async () => {
    await expect(opened('d-0', '2', { key: 'another' })).rejects.toMatchObject({ name: 'Unauthenticated' });
    for (const [index, gitHosts] of [[], [{ host: 'github.com', api: github.url, token: { from: 'github' }, plans: false }], [{ host: 'gitlab.com', token: { from: 'gitlab' } }]].entries()) {
      at.environments.text = withHosts(gitHosts);
      expect(await opened(`d-${index + 1}`)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('gitHosts') });
    }
    expect(at.started).toEqual([]);
    expect(await deliveries(at.needs)(10)).toHaveLength(3);
  });

  it('is shown later by a host that was down, and people are told of one that refuses', async () => {
    github.trouble = () => ({ status: 502 });
    await planned('d-1');
    github.trouble = undefined;
    await tell();
    expect(shown()).toEqual([]);
    at.clock.advance(RETRY_FIRST_MS);
    await tell();
    expect(shown()).toHaveLength(1);
    github.trouble = () => ({ status: 403, body: { message: 'Resource not accessible by personal access token' } });
    await planned('d-2', '3');
    expect(at.alerts).toMatchObject([{ kind: 'git-host-refused', service: null, text: expect.stringContaining('pull request 7') }]);
    expect((await at.needs.store.query(UNSHOWN_PULL_REQUESTS, '', { limit: 10 })).items).toEqual([]);
  });

  it('waits for nobody any more once its host is not named', async () => {
    github.trouble = () => ({ status: 502 });
    await planned('d-1');
    at.environments.text = withHosts([]);
    await tell();
    expect((await at.needs.store.query(UNSHOWN_PULL_REQUESTS, '', { limit: 10 })).items).toEqual([]);
  });
});
