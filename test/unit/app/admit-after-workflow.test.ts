/** Services that wait for a run of their git host's CI: from the webhook to the pipeline, or to the reason why there is none. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { admit } from '../../../src/app/admit.ts';
import { finishBuild } from '../../../src/app/finish-build.ts';
import { history } from '../../../src/app/look.ts';
import { receivePush } from '../../../src/app/receive-push.ts';
import { registerRepository } from '../../../src/app/register.ts';
import { replayDelivery } from '../../../src/app/replay-delivery.ts';
import { sweepRepositories } from '../../../src/app/sweep-repositories.ts';
import { signHub } from '../../../src/domain/signature.ts';
import { isNamed } from '../../../src/domain/workflow.ts';
import type { Settings } from '../../../src/ports/settings.ts';
import { manifestText, NO_HOSTS, rig, type Rig } from './rig.ts';

const SHOP = 'https://github.com/acme/shop';
let at: Rig;
let deliveries: number;
/** What was asked to be compared. */
let compared: [string, string][];
beforeEach(async () => {
  at = rig();
  [deliveries, compared] = [0, []];
  at.needs.sources.changedPaths = async (_repository, before, after) => { compared.push([before, after]); return at.repo.changed; };
  await registerRepository(at.needs)({ url: `${SHOP}.git`, by: 'owner' as never });
  write(['catalog', 'releaseAfter: { workflow: ci.yml }\n']);
});
afterEach(() => at.close());

const commit = (digit: string) => digit.repeat(40);
const write = (...services: [string, string][]) => { at.repo.manifests = services.map(([name, more]) => ({ path: `${name}/slipway.yaml`, text: manifestText(name, more) })); };

async function told(event: string, payload: object, id = `d-${(deliveries += 1)}`) {
  const body = Buffer.from(JSON.stringify({ repository: { id: 1, clone_url: `${SHOP}.git` }, ...payload }));
  const answer = await receivePush(at.needs)({ host: 'github', headers: { 'x-github-event': event, 'x-github-delivery': id, 'x-hub-signature-256': signHub('github-key', body) }, body });
  return answer.kind === 'accepted' ? (await admit(at.needs)({ deliveryId: id as never })).admissions : answer;
}
const pushed = (after: string, before = '0') => told('push', { ref: 'refs/heads/main', before: commit(before), after: commit(after) });
const ran = (head: string, number: number, parts: Record<string, unknown> = {}, id?: string) =>
  told('workflow_run', { action: 'completed', workflow_run: { run_number: number, event: 'push', conclusion: 'success', path: '.github/workflows/ci.yml', head_branch: 'main', head_sha: commit(head), head_repository: { id: 1 }, actor: { login: 'ben' }, ...parts } }, id);
const pipelines = () => at.started.filter(({ machine }) => machine === 'pipeline').map(({ name }) => name);
const refused = (reason: RegExp, service: string | null = 'catalog') => [{ kind: 'refused', service, reason: expect.stringMatching(reason) }];
const built = (pipeline: string) => finishBuild(at.needs)({ pipelineId: pipeline as never, token: 't', outcome: { status: 'succeeded', digest: `sha256:${'a'.repeat(64)}` as never, bytes: 1, log: null, startedAt: 0, seconds: 1 } });

describe('a service that is released after a workflow', () => {
  it('waits when it is pushed, and is released when a run has succeeded for that commit', async () => {
    expect(await pushed('a')).toEqual(refused(/waits for the workflow ci\.yml/));
    expect(pipelines()).toEqual([]);
    expect(await ran('a', 12)).toEqual([{ kind: 'admitted', service: 'catalog', pipeline: 'catalog-1' }]);
    expect((await history(at.needs)('catalog' as never, 1))[0]).toMatchObject({ commit: commit('a'), cause: 'push', branch: 'main', startedBy: 'ben', author: 'ben' });
  });

  it('is released though its push was never told of', async () => {
    expect(await ran('a', 12)).toMatchObject([{ kind: 'admitted' }]);
  });

  it('is released once, however often the event comes and the run is run again', async () => {
    await ran('a', 12, {}, 'same');
    expect(await ran('a', 12, {}, 'same')).toMatchObject({ kind: 'duplicate' });
    expect(await ran('a', 12)).toEqual(refused(/was released as catalog-1/));
    expect(pipelines()).toEqual(['catalog-1']);
  });

  it.each(['failure', 'cancelled', 'timed_out', 'skipped', 'neutral', 'action_required'])('is not released by a run that ended as %s, and is when it is run again', async (conclusion) => {
    expect(await ran('a', 12, { conclusion })).toEqual(refused(new RegExp(`Run 12 of \\.github/workflows/ci\\.yml ended as "${conclusion}"`)));
    expect(await ran('a', 12)).toMatchObject([{ kind: 'admitted', pipeline: 'catalog-1' }]);
  });

  it('is not released by another workflow, nor by one on another branch', async () => {
    expect(await ran('a', 12, { path: '.github/workflows/lint.yml' })).toEqual(refused(/No slipway\.yaml in commit a+ waits for the workflow \.github\/workflows\/lint\.yml.*releaseAfter: { workflow: lint\.yml }/, null));
    expect(await ran('a', 12, { head_branch: 'next' })).toEqual(refused(/run was on next; catalog\/slipway\.yaml releases from main/));
    expect(await ran('a', 12, { event: 'pull_request' })).toMatchObject({ kind: 'refused', delivery: null });
    expect(pipelines()).toEqual([]);
  });

  it('leaves the services beside it to their pushes', async () => {
    write(['catalog', 'releaseAfter: { workflow: ci.yml }\n'], ['cart', '']);
    expect(await pushed('a')).toMatchObject([{ kind: 'refused', service: 'catalog' }, { kind: 'admitted', service: 'cart' }]);
    expect(await ran('a', 12)).toEqual([{ kind: 'admitted', service: 'catalog', pipeline: 'catalog-1' }]);
  });

  it('is compared with its last release: what a run failed for is made up for by the next that succeeds', async () => {
    await ran('a', 1);
    await built('catalog-1');
    await pushed('b', 'a');
    await ran('b', 2, { conclusion: 'failure' });
    await pushed('c', 'b');
    compared.length = 0;
    at.repo.changed = ['catalog/server.js'];
    expect(await ran('c', 3)).toMatchObject([{ kind: 'admitted', pipeline: 'catalog-2' }]);
    expect(compared).toEqual([[commit('a'), commit('c')]]);
    await built('catalog-2');
    at.repo.changed = ['README.md'];
    expect(await ran('d', 4)).toEqual(refused(/Nothing of it changed since it was released last/));
  });

  it('keeps its artifact when only its topology changed since', async () => {
    at.repo.changed = ['catalog/slipway.yaml'];
    await ran('a', 1);
    await built('catalog-1');
    write(['catalog', 'releaseAfter: { workflow: ci.yml }\ninstances: 3\n']);
    await ran('b', 2);
    expect((await history(at.needs)('catalog' as never, 1))[0]).toMatchObject({ id: 'catalog-2', digest: `sha256:${'a'.repeat(64)}` });
  });

  it('is looked for by the sweep when its push was lost, though a run has told of the commit', async () => {
    write(['catalog', 'releaseAfter: { workflow: ci.yml }\n'], ['cart', '']);
    at.repo.heads = { main: commit('a') };
    const sweep = sweepRepositories({ ...at.needs, gitHosts: NO_HOSTS, settings: {} as Settings });
    await sweep();
    at.repo.heads = { main: commit('b') };
    await ran('b', 2);
    at.clock.advance(300_000);
    await sweep();
    at.clock.advance(300_000);
    await sweep();
    const lost = at.started.map(({ name }) => name).find((name) => name.startsWith('sweep-'));
    expect((await admit(at.needs)({ deliveryId: lost as never })).admissions).toMatchObject([{ kind: 'refused', service: 'catalog', reason: expect.stringMatching(/was released as/) }, { kind: 'admitted', service: 'cart' }]);
  });

  it('is read again by hand as what it was: a push still waits, a run releases', async () => {
    await pushed('a');
    at.repo.manifests = [];
    await ran('a', 12);
    write(['catalog', 'releaseAfter: { workflow: ci.yml }\n']);
    const replay = async (delivery: string) => (await admit(at.needs)({ deliveryId: (await replayDelivery(at.needs)({ delivery: delivery as never, by: 'anna' as never })).id })).admissions;
    expect(await replay('d-1')).toEqual(refused(/waits for the workflow/));
    expect(await replay('d-2')).toMatchObject([{ kind: 'admitted' }]);
  });

  it('says so where the host tells of no runs', async () => {
    const body = Buffer.from(JSON.stringify({ ref: 'refs/heads/main', before: commit('0'), after: commit('a'), repository: { clone_url: `${SHOP}.git` }, pusher: { login: 'ben' } }));
    await receivePush(at.needs)({ host: 'gitea', headers: { 'x-gitea-event': 'push', 'x-gitea-delivery': 'g-1', 'x-hub-signature-256': signHub('gitea-key', body) }, body });
    expect((await admit(at.needs)({ deliveryId: 'gitea:g-1' as never })).admissions).toEqual(refused(/Gitea or Forgejo tells Slipway of no runs: leave releaseAfter out/));
  });

  it('never goes back to an older commit, in whatever order runs end and however often they are run again', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }), async (ended) => {
      const mine = rig();
      try {
        await registerRepository(mine.needs)({ url: `${SHOP}.git`, by: 'owner' as never });
        const outer = at;
        at = mine;
        write(['catalog', 'releaseAfter: { workflow: ci.yml }\n']);
        for (const number of ended) await ran(String(number), number);
        const released = (await history(mine.needs)('catalog' as never, 50)).map((pipeline) => pipeline.commit?.[0]).reverse();
        at = outer;
        // Those that are newer than all that ended before them.
        expect(released).toEqual(ended.filter((number, index) => ended.slice(0, index).every((earlier) => earlier < number)).map(String));
      } finally {
        await mine.close();
      }
    }), { numRuns: 15 });
  });
});

describe('the name of a workflow', () => {
  it.each([
    ['ci.yml', '.github/workflows/ci.yml', true], ['.github/workflows/ci.yml', '.github/workflows/ci.yml', true], ['.gitlab-ci.yml', '.gitlab-ci.yml', true], ['ci.yml', '.github/workflows/my-ci.yml', false],
    ['workflows/ci.yml', '.github/workflows/ci.yml', false], ['ci.yml', '.github/workflows/ci.yaml', false],
  ])('%s is %s: %s', (workflow, file, is) => {
    expect(isNamed({ workflow }, { file })).toBe(is);
  });
});
