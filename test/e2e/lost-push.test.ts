/** `slipway up` finds pushes that no webhook told of, by the branches of real repositories. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { program, QUICK, serviceFiles } from './rig/example-service.ts';
import { eventually, throughout } from './rig/patience.ts';
import { createRepository, type Repository } from './rig/repository.ts';
import { Supervised } from './rig/supervised.ts';

let at: Supervised;
let repository: Repository;
beforeAll(async () => {
  at = new Supervised({ SLIPWAY_SWEEP_SECONDS: '1' });
  at.up();
  await at.serving();
  repository = createRepository(at.folder, 'catalog');
  // A hook that loses what it should tell.
  const hook = join(repository.url, 'hooks', 'post-receive');
  writeFileSync(hook, '#!/bin/sh\nexit 1\n');
  chmodSync(hook, 0o755);
  repository.write(serviceFiles('catalog', QUICK));
  repository.push('before it was registered');
  await at.client.post('/v1/repositories', { url: repository.url });
}, 60_000);
afterAll(() => at?.close(), 60_000);

const found = async (commit: string) => (await at.client.deliveries()).filter(({ after }) => after === commit);
const pipelines = async () => (await at.client.service('catalog')).service.pipelines;

it('a push whose hook sent nothing is released, once, and what was there before is not', async () => {
  const first = repository.git('rev-parse', 'HEAD');
  await throughout('nothing is made of what was there', 3000, async () => (await at.client.deliveries()).length === 0);
  repository.write({ 'catalog/server.js': program({ says: 'found' }) });
  const { after } = repository.push('nobody is told of this');
  const [delivery] = await eventually('the push is found', async () => ((await found(after))[0] === undefined ? undefined : found(after)));
  expect(delivery).toMatchObject({ foundBy: 'sweep', ref: 'refs/heads/main', before: first, after, pusher: null });
  expect((await at.client.decided(delivery?.id ?? '')).admitted).toEqual(['catalog-1']);
  expect((await at.client.over('catalog-1')).status.kind).toBe('succeeded');
  expect(await (await fetch(await at.client.endpoint('catalog'))).text()).toBe('found');
  await throughout('it is found once', 3000, async () => (await found(after)).length === 1 && (await pipelines()) === 1);
}, 90_000);

it('a push whose webhook came is left to that, also when it comes again', async () => {
  repository.write({ 'catalog/server.js': program({ says: 'told' }) });
  const push = repository.push('told as usual');
  const { delivery } = await at.client.webhook(repository, push);
  expect((await at.client.decided(delivery)).admitted).toEqual(['catalog-2']);
  expect((await at.client.over('catalog-2')).status.kind).toBe('succeeded');
  await at.client.webhook(repository, push, { delivery });
  await throughout('nothing else is found', 3000, async () => (await found(push.after)).every(({ foundBy }) => foundBy === 'webhook') && (await pipelines()) === 2);
}, 90_000);

it('a webhook that comes after the sweep has found its push releases nothing again', async () => {
  repository.write({ 'catalog/server.js': program({ says: 'late' }) });
  const push = repository.push('told late');
  const [swept] = await eventually('the push is found', async () => ((await found(push.after))[0] === undefined ? undefined : found(push.after)));
  // Both are decided by themselves: the webhook's is late only when the other one's is over.
  expect((await at.client.decided(swept?.id ?? '')).admitted).toEqual(['catalog-3']);
  const { delivery } = await at.client.webhook(repository, push);
  expect((await at.client.decided(delivery)).refused).toEqual([expect.stringMatching(/was released as catalog-3/)]);
  expect((await at.client.over('catalog-3')).status.kind).toBe('succeeded');
  expect(await pipelines()).toBe(3);
}, 90_000);
