import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { admit } from '../../../src/app/admit.ts';
import { keepDelivery } from '../../../src/app/keep-delivery.ts';
import { deliveries } from '../../../src/app/look.ts';
import { registerRepository, removeRepository } from '../../../src/app/register.ts';
import { repositories } from '../../../src/app/registered.ts';
import { sweepRepositories } from '../../../src/app/sweep-repositories.ts';
import { sweptKey } from '../../../src/app/state/keys.ts';
import { Environments } from '../../../src/domain/environment.ts';
import { GRACE_MS } from '../../../src/domain/swept-branches.ts';
import type { Settings } from '../../../src/ports/settings.ts';
import { manifestText, NO_HOSTS, rig, type Rig } from './rig.ts';

const URL = 'https://github.com/acme/shop';
const commit = (digit: string) => digit.repeat(40);
let at: Rig;
beforeEach(async () => {
  at = rig();
  await registerRepository(at.needs)({ url: `${URL}.git`, by: 'owner' as never });
  at.repo.heads = { main: commit('1') };
});
afterEach(() => at.close());

const sweep = (settings: Partial<Settings> = {}) => sweepRepositories({ ...at.needs, gitHosts: NO_HOSTS, settings: settings as Settings })();
const later = (ms = GRACE_MS) => at.clock.advance(ms);
/** A webhook's delivery. */
const told = (head: string, branch = 'main') => keepDelivery(at.needs, { id: `d-${head[0]}-${branch}` as never, host: 'github', foundBy: 'webhook', replayOf: null, repository: URL, ref: `refs/heads/${branch}`, before: commit('0'), after: head, pusher: 'ben' as never, receivedAt: at.clock.now() }, null);

describe('sweepRepositories', () => {
  it('takes what was there before for no push, and finds one that nobody told of, once', async () => {
    expect(await sweep()).toEqual({ looked: 1, found: [], failed: [] });
    later();
    expect((await sweep()).found).toEqual([]);
    at.repo.heads = { main: commit('2') };
    expect((await sweep()).found).toEqual([]);
    later();
    const { found } = await sweep();
    expect(found).toEqual([expect.stringMatching(new RegExp(`^sweep-${commit('2')}-[0-9a-f]{8}$`))]);
    expect(await deliveries(at.needs)(10)).toMatchObject([{ id: found[0], foundBy: 'sweep', host: 'github', ref: 'refs/heads/main', before: commit('1'), after: commit('2'), pusher: null, outcome: { kind: 'pending' } }]);
    expect(at.started).toEqual([{ machine: 'delivery', name: found[0], input: { deliveryId: found[0] } }]);
    later();
    expect((await sweep()).found).toEqual([]);
  });

  it('waits for the webhook, and leaves what it told of', async () => {
    await sweep();
    at.repo.heads = { main: commit('2') };
    await sweep();
    later(GRACE_MS - 1);
    expect((await sweep()).found).toEqual([]);
    await told(commit('2'));
    later();
    expect((await sweep()).found).toEqual([]);
    // The same commit on another branch is another push.
    at.repo.heads = { main: commit('2'), release: commit('2') };
    await sweep();
    later();
    expect(await sweep()).toMatchObject({ found: [expect.anything()] });
    expect((await deliveries(at.needs)(10)).map(({ ref }) => ref)).toEqual(['refs/heads/release', 'refs/heads/main']);
  });

  it('waits no longer than from one look to the next, where those are closer', async () => {
    await sweep({ sweepSeconds: 10 });
    at.repo.heads = { main: commit('2') };
    await sweep({ sweepSeconds: 10 });
    later(9999);
    expect((await sweep({ sweepSeconds: 10 })).found).toEqual([]);
    later(1);
    expect((await sweep({ sweepSeconds: 10 })).found).toHaveLength(1);
  });

  it('begins to wait anew when the branch moves on, and forgets one that is gone', async () => {
    await sweep();
    at.repo.heads = { main: commit('2') };
    await sweep();
    later(GRACE_MS - 1);
    at.repo.heads = { main: commit('3') };
    await sweep();
    later(1);
    expect((await sweep()).found).toEqual([]);
    at.repo.heads = {};
    later();
    expect((await sweep()).found).toEqual([]);
  });

  it('never releases a commit again that was taken back', async () => {
    at.repo.manifests = [{ path: 'slipway.yaml', text: manifestText('catalog') }];
    await told(commit('1'));
    await admit(at.needs)({ deliveryId: 'd-1-main' as never });
    await sweep();
    at.repo.heads = { main: commit('2') };
    await told(commit('2'));
    await admit(at.needs)({ deliveryId: 'd-2-main' as never });
    await sweep();
    // Somebody pushes the older commit by force: it was told of long ago.
    at.repo.heads = { main: commit('1') };
    await sweep();
    later();
    expect((await sweep()).found).toEqual([]);
  });

  it('looks for lost pushes of services also when it looks for the first time', async () => {
    at.repo.manifests = [{ path: 'slipway.yaml', text: manifestText('catalog') }];
    await told(commit('1'));
    await admit(at.needs)({ deliveryId: 'd-1-main' as never });
    at.repo.heads = { main: commit('2'), other: commit('3') };
    await sweep();
    later();
    expect((await sweep()).found).toHaveLength(1);
    expect((await deliveries(at.needs)(1))[0]).toMatchObject({ ref: 'refs/heads/main', after: commit('2') });
  });

  it('asks a host that does not answer less and less often, and tells people once each way', async () => {
    at.repo.unreachable = true;
    const asked: number[] = [];
    for (let minutes = 0; minutes < 300; minutes += 5) {
      await sweep();
      asked.push(at.repo.listed);
      later(300_000);
    }
    expect(asked.at(-1)).toBeLessThan(12);
    expect((await sweep()).found).toEqual([]);
    at.repo.unreachable = false;
    later(3_600_000);
    await sweep();
    expect(at.alerts.map(({ kind }) => kind)).toEqual(['repository-unreachable', 'repository-reachable']);
    expect(at.alerts[0]?.text).toContain('the host does not answer');
  });

  it('looks at every repository in its turn when there are very many', async () => {
    for (let number = 0; number < 149; number += 1) await registerRepository(at.needs)({ url: `https://github.com/acme/r${number}`, by: 'owner' as never });
    at.repo.heads = {};
    const first = await sweep();
    later(300_000);
    const second = await sweep();
    expect([first.looked, second.looked]).toEqual([100, 100]);
    expect((await at.needs.store.query('repositories', '', { limit: 1000 })).items).toHaveLength(150);
    const known = await Promise.all((await repositories(at.needs)()).map(({ url }) => at.needs.store.get(sweptKey(url))));
    expect(known.filter((item) => item === undefined)).toEqual([]);
  });

  it('follows only the branches of services where there are very many, and takes them a part at a time', async () => {
    at.repo.heads = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`b${index}`, commit('4')]));
    await sweep();
    at.repo.heads = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`b${index}`, commit('5')]));
    for (let times = 0; times < 2; times += 1) { await sweep(); later(); }
    expect((await deliveries(at.needs)(1000)).length).toBe(50);
    at.repo.heads = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`b${index}`, commit('6')]));
    for (let times = 0; times < 3; times += 1) { await sweep(); later(); }
    expect((await deliveries(at.needs)(1000)).length).toBe(50);
  });
});

describe('repositories', () => {
  const listing = (repositoryList: object[]) => { at.environments.text = Environments.parse({ environments: [{ name: 'staging', kind: 'staging', wave: 1 }], repositories: repositoryList }); };

  it('are those of the file and those that were registered, each once', async () => {
    listing([{ url: 'git@gitlab.com:acme/tools.git' }, { url: URL, host: 'gitea' }]);
    expect(await repositories(at.needs)()).toEqual([
      { url: URL, cloneUrl: URL, host: 'gitea', registeredBy: 'environments.yaml', registeredAt: null },
      { url: 'https://gitlab.com/acme/tools', cloneUrl: 'git@gitlab.com:acme/tools.git', host: 'gitlab', registeredBy: 'environments.yaml', registeredAt: null },
    ]);
    listing([]);
    expect((await repositories(at.needs)()).map(({ url, registeredBy }) => [url, registeredBy])).toEqual([[URL, 'owner']]);
  });

  it('are not listened to any more once they are removed, while their services stay', async () => {
    at.repo.manifests = [{ path: 'slipway.yaml', text: manifestText('catalog') }];
    await told(commit('1'));
    await admit(at.needs)({ deliveryId: 'd-1-main' as never });
    await sweep();
    listing([{ url: URL }]);
    await expect(removeRepository(at.needs)({ url: URL })).rejects.toMatchObject({ name: 'Conflict', message: expect.stringContaining('environments.yaml') });
    listing([]);
    expect(await removeRepository(at.needs)({ url: `${URL}.git` })).toEqual({ url: URL, services: ['catalog'] });
    expect(await repositories(at.needs)()).toEqual([]);
    expect((await sweep()).looked).toBe(0);
    await expect(removeRepository(at.needs)({ url: URL })).rejects.toMatchObject({ name: 'NotFound' });
  });
});
