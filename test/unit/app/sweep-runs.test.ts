/** Runs of a host's CI that no webhook told of, asked for at a stand-in of the host. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGitHosts } from '../../../src/adapters/git-hosts/git-hosts.ts';
import { admit } from '../../../src/app/admit.ts';
import { keepDelivery } from '../../../src/app/keep-delivery.ts';
import { registerRepository } from '../../../src/app/register.ts';
import { sweepRepositories } from '../../../src/app/sweep-repositories.ts';
import { AWAITED_SECONDS, RUN_GRACE_MS } from '../../../src/domain/awaited-run.ts';
import { Environments } from '../../../src/domain/environment.ts';
import type { WorkflowRun } from '../../../src/domain/workflow.ts';
import type { Settings } from '../../../src/ports/settings.ts';
import { startGithub, type GithubStandIn } from '../../fakes/git-hosts/github.ts';
import { manifestText, rig, type Rig } from './rig.ts';

const SHOP = 'https://github.com/acme/shop';
const commit = (digit: string) => digit.repeat(40);
const FILE = '.github/workflows/ci.yml';
let at: Rig;
let github: GithubStandIn;
let deliveries: number;
beforeEach(async () => {
  [at, github, deliveries] = [rig(), await startGithub(), 0];
  at.environments.text = Environments.parse({ environments: [{ name: 'production', kind: 'production', wave: 1 }], defaults: { approvers: ['anna'] }, gitHosts: [{ host: 'github.com', api: github.url, token: { from: 'github' } }] });
  await registerRepository(at.needs)({ url: `${SHOP}.git`, by: 'owner' as never });
  at.repo.manifests = [{ path: 'catalog/slipway.yaml', text: manifestText('catalog', 'releaseAfter: { workflow: ci.yml }\n') }, { path: 'cart/slipway.yaml', text: manifestText('cart', 'releaseAfter: { workflow: ci.yml }\n') }];
});
afterEach(async () => {
  await github.close();
  await at.close();
});

const sweep = () => sweepRepositories({
  ...at.needs, settings: {} as Settings, gitHosts: createGitHosts({ clock: at.clock, sleep: async (ms) => at.clock.advance(ms), secrets: { resolve: async () => 'github-token' } }),
})();
const run = (head: string, number: number, parts: object = {}) => github.runs.push({ run_number: number, event: 'push', conclusion: 'success', path: FILE, head_branch: 'main', head_sha: commit(head), repository: { id: 1 }, head_repository: { id: 1 }, actor: { login: 'ben' }, ...parts });
/** A webhook's delivery, decided. */
async function told(head: string, workflow?: WorkflowRun) {
  const { delivery } = await keepDelivery(at.needs, { id: `d-${(deliveries += 1)}` as never, host: 'github', foundBy: 'webhook', replayOf: null, repository: SHOP, ref: 'refs/heads/main', before: commit('0'), after: commit(head), pusher: null, receivedAt: at.clock.now(), ...(workflow === undefined ? {} : { workflow }) }, null);
  return (await admit(at.needs)({ deliveryId: delivery as never })).admissions;
}
const asked = () => github.asked.filter(({ path }) => path.endsWith('/actions/runs')).length;

describe('a run that nobody told of', () => {
  it('is found, and releases all that waited for it, once', async () => {
    expect(await told('a')).toMatchObject([{ kind: 'refused', service: 'catalog' }, { kind: 'refused', service: 'cart' }]);
    run('a', 12);
    expect((await sweep()).found).toEqual([]);
    at.clock.advance(RUN_GRACE_MS);
    const { found, failed } = await sweep();
    expect([found, failed]).toEqual([[expect.stringMatching(new RegExp(`^sweep-run-${commit('a')}-12-[0-9a-f]{8}$`))], []]);
    expect((await admit(at.needs)({ deliveryId: found[0] as never })).admissions).toEqual([{ kind: 'admitted', service: 'catalog', pipeline: 'catalog-1' }, { kind: 'admitted', service: 'cart', pipeline: 'cart-1' }]);
    at.clock.advance(86_400_000);
    expect((await sweep()).found).toEqual([]);
    expect(asked()).toBe(1);
  });

  it('is asked for less and less often, and not for ever', async () => {
    await told('a');
    for (let minutes = 0; minutes < 4 * 60; minutes += 5) {
      at.clock.advance(300_000);
      await sweep();
    }
    expect(asked()).toBeGreaterThan(5);
    expect(asked()).toBeLessThan(12);
    const before = asked();
    at.clock.advance(AWAITED_SECONDS * 1000);
    run('a', 12);
    // What is over its time is gone by then, or is as if it were.
    expect([(await sweep()).found, asked()]).toEqual([[], before]);
  }, 60_000);

  it('that fails is waited for on, as it may be run again; and another workflow is none', async () => {
    await told('a');
    await told('a', { file: FILE, number: 12, conclusion: 'failure' });
    run('a', 12, { conclusion: 'failure' });
    run('a', 40, { path: '.github/workflows/lint.yml' });
    at.clock.advance(RUN_GRACE_MS);
    expect((await sweep()).found).toEqual([]);
    run('a', 12);
    at.clock.advance(300_000);
    expect((await sweep()).found).toHaveLength(1);
  });

  it('is not asked for when its webhook has come, nor where no host is named', async () => {
    await told('a');
    expect(await told('a', { file: FILE, number: 12, conclusion: 'success' })).toMatchObject([{ kind: 'admitted' }, { kind: 'admitted' }]);
    await told('b');
    at.environments.text = Environments.parse({ environments: [{ name: 'production', kind: 'production', wave: 1 }], defaults: { approvers: ['anna'] } });
    run('b', 13);
    at.clock.advance(RUN_GRACE_MS);
    expect([await sweep(), asked()]).toEqual([{ looked: 1, found: [], failed: [] }, 0]);
  });

  it('that the credential may not read is told to people once, and found when it may', async () => {
    await told('a');
    run('a', 12);
    github.trouble = () => ({ status: 403, body: { message: 'Resource not accessible' } });
    for (let times = 0; times < 4; times += 1) {
      at.clock.advance(3_600_000);
      expect((await sweep()).failed).toEqual([expect.stringMatching(/does not let this credential do that/)]);
    }
    expect(at.alerts.map(({ kind, text }) => [kind, text])).toEqual([['git-host-refused', expect.stringMatching(/waits for a run of ci\.yml, and its host could not be asked/)]]);
    github.trouble = undefined;
    at.clock.advance(3_600_000);
    expect((await sweep()).found).toHaveLength(1);
  });
});
