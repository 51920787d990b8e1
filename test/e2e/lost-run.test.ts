/** `slipway up` asks the git host for a run that no webhook told of, and releases what waited for it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { QUICK, serviceFiles } from './rig/example-service.ts';
import { fromGithub, fromGitlab, githubPush, gitlabPush } from './rig/hooks.ts';
import { Hosted } from './rig/hosted.ts';
import { eventually } from './rig/patience.ts';

let on: Hosted;
beforeAll(async () => {
  on = await Hosted.start({ SLIPWAY_SWEEP_SECONDS: '1' });
  on.shop.github.write(serviceFiles('catalog', { ...QUICK, releaseAfter: { workflow: 'ci.yml' } }));
  on.shop.gitlab.write(serviceFiles('cart', { ...QUICK, releaseAfter: { workflow: '.gitlab-ci.yml' } }));
}, 60_000);
afterAll(() => on?.close(), 60_000);

/** What the sweep has found of a commit's runs. */
const found = async (after: string) => (await on.at.client.deliveries()).filter((one) => one.after === after && one.id.startsWith('sweep-run-'));

it('a push of each host waits, and is released when its run is found', async () => {
  const { client } = on.at;
  const [github, gitlab] = [on.shop.github.push('wait for the tests'), on.shop.gitlab.push('wait for the pipeline')];
  for (const told of [await fromGithub(client, 'push', githubPush(on.url('github'), github)), await fromGitlab(client, 'Push Hook', gitlabPush(on.url('gitlab'), gitlab))]) {
    expect(await client.decided(told.delivery ?? '')).toEqual({ admitted: [], refused: [expect.stringMatching(/waits for the workflow/)] });
  }
  on.github.runs.push({ run_number: 12, event: 'push', conclusion: 'success', path: '.github/workflows/ci.yml', head_branch: 'main', head_sha: github.after, repository: { id: 1 }, head_repository: { id: 1 }, actor: { login: 'ben' } });
  on.gitlab.pipelines.push({ id: 31, sha: gitlab.after, ref: 'main', source: 'push', status: 'success' });
  for (const [push, pipeline] of [[github, 'catalog-1'], [gitlab, 'cart-1']] as const) {
    const [delivery] = await eventually(`the run of ${pipeline} is found`, async () => ((await found(push.after)).length === 0 ? undefined : found(push.after)));
    expect(await client.decided(delivery?.id ?? '')).toEqual({ admitted: [pipeline], refused: [] });
    expect((await client.over(pipeline)).status.kind).toBe('succeeded');
    expect(await found(push.after)).toHaveLength(1);
  }
}, 120_000);
