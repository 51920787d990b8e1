/** A token that was revoked costs only what its host shows, and plans are shown on pull requests: GitHub and `slipway up`. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { program, QUICK, serviceFiles } from './rig/example-service.ts';
import { fromGithub } from './rig/hooks.ts';
import { Hosted, stateOn } from './rig/hosted.ts';
import { eventually } from './rig/patience.ts';

let on: Hosted;
beforeAll(async () => {
  on = await Hosted.start();
  on.shop.github.write(serviceFiles('catalog', QUICK));
}, 60_000);
afterAll(() => on?.close(), 60_000);

it('says once that a token was revoked, keeps no release from going through, and goes on with a new one', async () => {
  const { at: { client }, github, shop: { github: shop } } = on;
  const alerts = async () => (await client.get<{ kind: string; text: string; pipeline?: string }[]>('/v1/alerts')).filter(({ kind }) => kind === 'git-host-refused');
  on.credential('github', 'hunter2');
  const first = await on.pushedToGithub(shop.push('first'));
  expect((await client.over(first)).status.kind).toBe('succeeded');
  const told = await eventually('people are told', async () => (await alerts()).length > 0 && alerts());
  expect(told).toEqual([expect.objectContaining({ pipeline: first, text: expect.stringMatching(/does not take the credential \(Bad credentials\)/) })]);
  expect(JSON.stringify(told)).not.toContain('hunter2');
  on.credential('github', 'github-token');
  shop.write({ 'catalog/server.js': program({ says: 'two' }) });
  const second = shop.push('two');
  expect((await client.over(await on.pushedToGithub(second))).status.kind).toBe('succeeded');
  await eventually('it is told again', () => stateOn(github.statuses, second, 'catalog') === 'success');
  expect(await alerts()).toHaveLength(1);
}, 120_000);

it('a pull request gets one comment with the plan, which the next commit changes', async () => {
  const { at: { client }, github, shop: { github: shop } } = on;
  const base = shop.git('rev-parse', 'HEAD');
  const proposed = async (text: string) => {
    shop.write({ 'catalog/proposed.txt': text });
    shop.git('add', '-A');
    shop.git('commit', '-q', '-m', text);
    const head = shop.git('rev-parse', 'HEAD');
    shop.git('push', '-q', shop.url, `${head}:refs/pull/7/head`);
    await fromGithub(client, 'pull_request', { action: 'synchronize', number: 7, repository: { clone_url: on.url('github') }, pull_request: { base: { ref: 'main', sha: base }, head: { sha: head }, user: { login: 'mallory' } } });
    await eventually('the comment is about it', () => github.comments.some(({ body }) => body.includes(head.slice(0, 12))));
  };
  await proposed('one');
  await proposed('two');
  expect(github.comments.map(({ number }) => number)).toEqual([7]);
  expect(github.comments[0]?.body).toMatch(/catalog [0-9a-f]{12} to staging[^]*catalog [0-9a-f]{12} to production/);
}, 90_000);
