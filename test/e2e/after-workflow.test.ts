/** Services that wait for their git host's own CI, in `slipway up`: a workflow of GitHub's, a pipeline of GitLab's. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { program, QUICK, serviceFiles } from './rig/example-service.ts';
import { fromGithub, fromGitlab, githubPush, gitlabPipeline, gitlabPush, workflowRun } from './rig/hooks.ts';
import { Hosted } from './rig/hosted.ts';
import { throughout } from './rig/patience.ts';

let on: Hosted;
beforeAll(async () => {
  on = await Hosted.start();
  on.shop.github.write(serviceFiles('catalog', { ...QUICK, releaseAfter: { workflow: 'ci.yml' } }, { says: 'tested' }));
  on.shop.gitlab.write(serviceFiles('cart', { ...QUICK, releaseAfter: { workflow: '.gitlab-ci.yml' } }));
}, 60_000);
afterAll(() => on?.close(), 60_000);

it('a push waits, and is released when a run of its workflow has succeeded, once', async () => {
  const { client } = on.at;
  const push = on.shop.github.push('wait for the tests');
  const told = async (answer: Promise<{ delivery: string | null }>) => client.decided((await answer).delivery ?? '');
  const ran = (number: number, conclusion: string, id?: string) => fromGithub(client, 'workflow_run', workflowRun(on.url('github'), push, { number, conclusion }), id);
  expect(await told(fromGithub(client, 'push', githubPush(on.url('github'), push)))).toEqual({ admitted: [], refused: [expect.stringMatching(/waits for the workflow ci\.yml/)] });
  expect(await told(ran(1, 'failure'))).toEqual({ admitted: [], refused: [expect.stringMatching(/Run 1 of \.github\/workflows\/ci\.yml ended as "failure"/)] });
  await throughout('nothing is released', 1000, async () => (await client.ask('GET', '/v1/services/catalog')).status === 404);
  expect(await told(ran(1, 'success', 'run-again'))).toEqual({ admitted: ['catalog-1'], refused: [] });
  expect(await ran(1, 'success', 'run-again')).toMatchObject({ kind: 'duplicate' });
  expect((await client.over('catalog-1')).status.kind).toBe('succeeded');
  expect(await told(ran(2, 'success'))).toEqual({ admitted: [], refused: [expect.stringMatching(/was released as catalog-1/)] });
  expect((await client.service('catalog')).service.pipelines).toBe(1);
  expect(await (await fetch(await client.endpoint('catalog'))).text()).toBe('tested');
}, 90_000);

it('of two commits the older one is not released when its run ends last', async () => {
  const { client } = on.at;
  const shop = on.shop.github;
  shop.write({ 'catalog/server.js': program({ says: 'older' }) });
  const older = shop.push('older');
  shop.write({ 'catalog/server.js': program({ says: 'newer' }) });
  const newer = shop.push('newer');
  const ran = async (push: typeof older, number: number) => client.decided((await fromGithub(client, 'workflow_run', workflowRun(on.url('github'), push, { number, conclusion: 'success' }))).delivery ?? '');
  expect((await ran(newer, 4)).admitted).toEqual(['catalog-2']);
  expect((await client.over('catalog-2')).status.kind).toBe('succeeded');
  expect(await ran(older, 3)).toEqual({ admitted: [], refused: [expect.stringMatching(/Run 3 of .* came too late: run 4/)] });
  expect(await (await fetch(await client.endpoint('catalog'))).text()).toBe('newer');
}, 90_000);

it('a pipeline of GitLab is one too', async () => {
  const { client } = on.at;
  const push = on.shop.gitlab.push('wait for the pipeline');
  const told = async (event: string, payload: object) => client.decided((await fromGitlab(client, event, payload)).delivery ?? '');
  expect((await told('Push Hook', gitlabPush(on.url('gitlab'), push))).refused).toEqual([expect.stringMatching(/waits for the workflow \.gitlab-ci\.yml/)]);
  expect((await told('Pipeline Hook', gitlabPipeline(on.url('gitlab'), push, 'failed'))).refused).toEqual([expect.stringMatching(/ended as "failed"/)]);
  expect((await told('Pipeline Hook', gitlabPipeline(on.url('gitlab'), push, 'success'))).admitted).toEqual(['cart-1']);
  expect((await client.over('cart-1')).status.kind).toBe('succeeded');
}, 90_000);
