/** An image that an outside CI pushes becomes a release in `slipway up`: told by its registry, on a target of the user's own that runs images. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addOwnTarget } from '../../src/adapters/local/own-targets.ts';
import { TARGET_KINDS } from '../../src/targets/registry.ts';
import { manifest, QUICK } from './rig/example-service.ts';
import { fromGithub, registryPackage } from './rig/hooks.ts';
import { createRepository, type Repository } from './rig/repository.ts';
import { OWN_TARGET, type SiteServer, startSiteServer } from './rig/site-server.ts';
import { Supervised } from './rig/supervised.ts';

const IMAGE = 'ghcr.io/acme/handbook';
let at: Supervised;
let sites: SiteServer;
let repository: Repository;
beforeAll(async () => {
  sites = await startSiteServer();
  at = new Supervised();
  await addOwnTarget(at.home.targets, TARGET_KINDS, 'site', { module: join(OWN_TARGET, 'handler.mjs') });
  at.up();
  await at.serving();
  repository = createRepository(at.folder, 'handbook');
  await at.client.post('/v1/repositories', { url: repository.url });
}, 60_000);
afterAll(async () => {
  await at?.close();
  sites.close();
}, 60_000);

const digest = () => `sha256:${randomBytes(32).toString('hex')}`;
const page = async () => (await fetch(`${sites.endpoint('handbook')}/`)).text();
const pushed = (tag: string, of: string, id?: string) => fromGithub(at.client, 'registry_package', registryPackage(IMAGE, tag, of), id);

it('the manifest is kept when it is pushed, and each image under a tag that counts is released with it, built by nobody', async () => {
  repository.write({ 'handbook/slipway.yaml': manifest('handbook', { ...QUICK, target: 'site', instances: 1, image: { from: IMAGE, tags: ['v*'] }, settings: { root: sites.root, endpoint: sites.endpoint('handbook') } }) });
  const { delivery } = await at.client.webhook(repository, repository.push('say which image it is'));
  expect(await at.client.decided(delivery)).toEqual({ admitted: [], refused: [`Its manifest is kept. It is released when an image is pushed to ${IMAGE}.`] });

  const [one, two] = [digest(), digest()];
  expect(await pushed('v1', one)).toMatchObject({ kind: 'accepted', reason: 'The image is released as handbook-1.' });
  const first = await at.client.over('handbook-1');
  expect(first).toMatchObject({ status: { kind: 'succeeded' }, digest: one, version: 'v1' });
  expect(await page()).toContain('handbook v1');
  const entered = (await at.client.history('handbook-1'))[0]?.events.filter(({ type }) => type.endsWith('StateEntered')).map(({ state }) => state);
  expect(entered).not.toContain('Build');
  expect(entered).toContain('NextWave');

  await pushed('v2', two);
  expect((await at.client.over('handbook-2')).status.kind).toBe('succeeded');
  expect(await page()).toContain('handbook v2');
}, 120_000);

it('the same image again, another tag of it, a tag that does not count and an image of nobody release nothing, with the reason', async () => {
  const known = (await at.client.pipeline('handbook-2')).pipeline.digest ?? '';
  const other = digest();
  expect(await pushed('v3', known)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/was released already/) });
  expect(await pushed('nightly', other)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/"nightly" is none of those that are released \(v\*\)/) });
  expect(await fromGithub(at.client, 'registry_package', registryPackage('ghcr.io/acme/other', 'v1', other))).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/No service's slipway.yaml names the image/) });
  const answers = [await pushed('v4', other, 'the-same'), await pushed('v4', other, 'the-same')];
  expect(answers.map(({ reason }) => reason)).toEqual([1, 2].map(() => 'The image is released as handbook-3.'));
  expect((await at.client.over('handbook-3')).status.kind).toBe('succeeded');
  expect((await at.client.service('handbook')).service.pipelines).toBe(3);
}, 90_000);
