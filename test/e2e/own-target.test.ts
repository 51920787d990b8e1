/** A target of the user's own carries releases like a built-in one: the example's, in plain JavaScript, with its own weighted router. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { QUICK } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';
import { OWN_TARGET, type SiteServer, startSiteServer } from './rig/site-server.ts';

let at: Installation;
let sites: SiteServer;
beforeAll(async () => {
  sites = await startSiteServer();
  at = await Installation.start({ ownTargets: { site: { module: join(OWN_TARGET, 'handler.mjs') }, broken: { module: join(OWN_TARGET, 'not-there.mjs') } } });
}, 60_000);
afterAll(async () => {
  await at?.close();
  sites.close();
}, 60_000);

const page = async () => (await fetch(`${sites.endpoint('handbook')}/`)).text();

it('releases, repairs what somebody breaks, and says why it cannot do something', async () => {
  const settings = { root: sites.root, endpoint: sites.endpoint('handbook'), artifacts: at.client.home.artifacts };
  const manifest = { ...QUICK, target: 'site', instances: 1, settings };
  const repository = await at.repository('handbook', manifest);
  repository.write({ 'handbook/index.html': 'first' });
  expect((await at.client.over(await at.release(repository, 'first'))).status).toMatchObject({ kind: 'succeeded' });
  expect(await page()).toBe('first');

  repository.write({ 'handbook/index.html': 'second' });
  const second = await at.release(repository, 'second');
  expect((await at.client.over(second)).status).toMatchObject({ kind: 'succeeded' });
  expect(await page()).toBe('second');

  const placed = join(sites.root, 'handbook.production/releases', `${second}-production`);
  await rm(placed, { recursive: true });
  // A repair may be faster than a request that would show the gap: the files are there again because it put them there.
  await eventually('the page is back', async () => existsSync(placed) && (await page()) === 'second');

  repository.write({ 'handbook/slipway.yaml': JSON.stringify({ service: 'handbook', team: 'shop', start: ['site'], ...manifest, settings: {} }) });
  expect((await at.client.over(await at.release(repository, 'no settings'))).status).toMatchObject({ kind: 'failed', error: 'NotSupported', reason: expect.stringContaining('settings.root is missing') });
  expect(await page()).toBe('second');
}, 180_000);

it('lists it beside the built-in ones, and one that cannot be loaded with its reason', async () => {
  const targets = await at.client.get<{ kind: string; problems: string[] }[]>('/v1/targets');
  expect(targets.map(({ kind }) => kind)).toEqual(['process', 'broken', 'site']);
  expect(targets.find(({ kind }) => kind === 'broken')?.problems).toEqual([expect.stringContaining('cannot be loaded')]);
});
