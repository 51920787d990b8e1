/** Statuses and deployments reach GitHub and GitLab from `slipway up`, whatever one of them answers meanwhile. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { manifest, program, QUICK, serviceFiles } from './rig/example-service.ts';
import { fromGitlab, gitlabPush } from './rig/hooks.ts';
import { Hosted, stateOn } from './rig/hosted.ts';
import { eventually } from './rig/patience.ts';

const TESTED = { ...QUICK, tests: [{ name: 'front page', http: { path: '/' } }] };
let on: Hosted;
beforeAll(async () => {
  on = await Hosted.start();
  on.shop.github.write(serviceFiles('catalog', TESTED));
  on.shop.gitlab.write(serviceFiles('cart', QUICK));
}, 60_000);
afterAll(() => on?.close(), 60_000);

it('tells GitLab at once while GitHub fails, and GitHub when it is back, after as long as it asks', async () => {
  const { at: { client }, github, gitlab, shop } = on;
  github.trouble = () => ({ status: 502, body: { message: 'Server Error' } });
  const [onGithub, onGitlab] = [shop.github.push('first'), shop.gitlab.push('first')];
  const id = await on.pushedToGithub(onGithub);
  const other = await on.admitted(await fromGitlab(client, 'Push Hook', gitlabPush(on.url('gitlab'), onGitlab)));
  expect((await client.over(other)).status.kind).toBe('succeeded');
  await eventually('GitLab shows that it is released', () => stateOn(gitlab.statuses, onGitlab, 'cart') === 'success');
  await eventually('GitLab shows both deployments', () => gitlab.deployments.map(({ environment, status }) => `${String(environment)} ${status}`).join() === 'staging/cart success,production/cart success');
  expect([...gitlab.environments.keys()].sort()).toEqual(['production/cart', 'staging/cart']);
  expect((await client.over(id)).status.kind).toBe('succeeded');
  expect(github.statuses.size).toBe(0);

  // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 with Retry-After for its secondary limit.
  let limitedAt = 0;
  const early: number[] = [];
  github.trouble = () => {
    if (limitedAt === 0) {
      limitedAt = performance.now();
      return { status: 403, headers: { 'retry-after': '7' }, body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' } };
    }
    if (performance.now() - limitedAt < 6900) early.push(performance.now() - limitedAt);
    return undefined;
  };
  await eventually('GitHub shows that it is released', () => stateOn(github.statuses, onGithub, 'catalog') === 'success');
  await eventually('GitHub shows both deployments', () => github.deployments.length === 2 && github.deployments.every(({ statuses }) => statuses.at(-1)?.['state'] === 'success'));
  expect([limitedAt > 0, early]).toEqual([true, []]);
  // What it shows is what is true now: of what was between, nothing was told.
  expect(github.deployments.map(({ environment, statuses }) => [environment, statuses.map(({ state }) => state)])).toEqual([['staging/catalog', ['success']], ['production/catalog', ['success']]]);
  expect(await (await fetch(String(github.deployments[1]?.statuses[0]?.['environment_url']))).text()).toBe('one');
}, 120_000);

it('shows the one before as inactive, and one that was taken back as failed', async () => {
  const { at: { client }, github, shop: { github: shop } } = on;
  shop.write({ 'catalog/server.js': program({ says: 'two' }) });
  expect((await client.over(await on.pushedToGithub(shop.push('two')))).status.kind).toBe('succeeded');
  shop.write({ 'catalog/slipway.yaml': manifest('catalog', TESTED), 'catalog/server.js': program({ failOneIn: 1 }) });
  const third = shop.push('three');
  expect((await client.over(await on.pushedToGithub(third))).status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });
  await eventually('the failure is shown', () => stateOn(github.statuses, third, 'catalog') === 'failure');
  await eventually('the deployment is shown as failed', () => github.deployments.at(-1)?.statuses.at(-1)?.['state'] === 'failure');
  expect(github.statuses.get(`${third.after} slipway/catalog`)?.['description']).toBe('catalog-3: failed (TestsFailed)');
  expect(github.deployments.map(({ environment, statuses }) => `${String(environment)} ${String(statuses.at(-1)?.['state'])}`)).toEqual([
    'staging/catalog inactive', 'production/catalog inactive', 'staging/catalog success', 'production/catalog success', 'staging/catalog failure',
  ]);
}, 120_000);
