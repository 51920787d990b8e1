/** A target of the user's own carries releases like a built-in one: the example's, in plain JavaScript, with its own weighted router. */
import type { Server } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { QUICK } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/own-target');
let at: Installation;
let sites: string;
let server: Server;
beforeAll(async () => {
  sites = mkdtempSync(join(tmpdir(), 'slipway-sites-'));
  const { createSiteServer } = (await import(join(EXAMPLE, 'serve.mjs'))) as { createSiteServer: (root: string) => Server };
  server = createSiteServer(sites).listen(0, '127.0.0.1');
  await once(server, 'listening');
  at = await Installation.start({ ownTargets: { site: { module: join(EXAMPLE, 'handler.mjs') }, broken: { module: join(EXAMPLE, 'not-there.mjs') } } });
}, 60_000);
afterAll(async () => {
  await at?.close();
  server.closeAllConnections();
  server.close();
  rmSync(sites, { recursive: true, force: true });
}, 60_000);

const page = async () => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/handbook.production/`)).text();

it('releases, repairs what somebody breaks, and says why it cannot do something', async () => {
  const settings = { root: sites, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/handbook.production`, artifacts: at.client.home.artifacts };
  const manifest = { ...QUICK, target: 'site', instances: 1, settings };
  const repository = await at.repository('handbook', manifest);
  repository.write({ 'handbook/index.html': 'first' });
  expect((await at.client.over(await at.release(repository, 'first'))).status).toMatchObject({ kind: 'succeeded' });
  expect(await page()).toBe('first');

  repository.write({ 'handbook/index.html': 'second' });
  const second = await at.release(repository, 'second');
  expect((await at.client.over(second)).status).toMatchObject({ kind: 'succeeded' });
  expect(await page()).toBe('second');

  await rm(join(sites, 'handbook.production/releases', `${second}-production`), { recursive: true });
  expect(await page()).not.toBe('second');
  await eventually('the page is back', async () => (await page()) === 'second');

  repository.write({ 'handbook/slipway.yaml': JSON.stringify({ service: 'handbook', team: 'shop', start: ['site'], ...manifest, settings: {} }) });
  expect((await at.client.over(await at.release(repository, 'no settings'))).status).toMatchObject({ kind: 'failed', error: 'NotSupported', reason: expect.stringContaining('settings.root is missing') });
  expect(await page()).toBe('second');
}, 180_000);

it('lists it beside the built-in ones, and one that cannot be loaded with its reason', async () => {
  const targets = await at.client.get<{ kind: string; problems: string[] }[]>('/v1/targets');
  expect(targets.map(({ kind }) => kind)).toEqual(['process', 'broken', 'site']);
  expect(targets.find(({ kind }) => kind === 'broken')?.problems).toEqual([expect.stringContaining('cannot be loaded')]);
});
