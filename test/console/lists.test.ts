/** History, comparison, audit, an environment as it was, delivery, alerts and drift, in a real browser. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { manifest, program, QUICK } from '../e2e/rig/example-service.ts';
import { Installation } from '../e2e/rig/installation.ts';
import { launch, overflow, PHONE, picture, serious, visit, type Visit } from './rig/browser.ts';

let at: Installation;
let browser: Browser;
let [before, middle] = [0, 0];
const visits: Visit[] = [];
beforeAll(async () => {
  at = await Installation.start();
  browser = await launch();
  before = Date.now();
  const repository = await at.deployed('catalog', { ...QUICK, configuration: { GREETING: 'hello' } });
  middle = Date.now();
  repository.write({ 'catalog/server.js': program({ says: 'two' }), 'catalog/slipway.yaml': manifest('catalog', { ...QUICK, instances: 3, configuration: { GREETING: 'good day', REGION: 'eu' } }) });
  await at.client.over(await at.release(repository, 'Greet politely'));
  const back = await at.client.post<{ id: string }>('/v1/services/catalog/environments/production/rollback', {});
  await at.client.over(back.id);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await at?.close();
}, 60_000);
afterEach(async () => {
  const faults = visits.flatMap((one) => one.faults);
  for (const { context } of visits.splice(0)) await context.close();
  expect(faults).toEqual([]);
});
const open = async (path: string, options: Parameters<typeof visit>[2] = {}): Promise<Visit['page']> => {
  const made = await visit(browser, at.client, { ...options, path });
  visits.push(made);
  return made.page;
};

it('the history shows every pipeline with its outcome, and filters by the address', async () => {
  const page = await open('/history');
  await page.getByRole('row', { name: /catalog-3/ }).getByText('Rollback').waitFor();
  expect(await page.getByRole('row', { name: /catalog-\d/ }).count()).toBe(3);
  await picture(page, 'history');
  await page.getByLabel('Cause').selectOption('rollback');
  await page.getByRole('row', { name: /catalog-1/ }).waitFor({ state: 'detached' });
  expect(page.url()).toContain('cause=rollback');
  await page.reload();
  await page.getByRole('row', { name: /catalog-3/ }).waitFor();
  expect(await page.getByRole('row', { name: /catalog-\d/ }).count()).toBe(1);
  await page.getByLabel('Outcome').selectOption('failed');
  await page.getByText('No pipeline is like that').waitFor();
});

it('two releases are compared: what differs, and the commits between', async () => {
  const page = await open('/services/catalog/compare');
  await page.getByRole('heading', { name: 'Commits' }).waitFor();
  await page.getByRole('region', { name: 'Commits' }).getByRole('cell', { name: 'Greet politely' }).waitFor();
  await page.getByRole('row', { name: /configuration\.GREETING/ }).getByText('good day').waitFor();
  await page.getByRole('row', { name: /configuration\.REGION/ }).getByText('not there').waitFor();
  await page.getByRole('row', { name: /instances/ }).getByText('3', { exact: true }).waitFor();
  await picture(page, 'compare');
  await page.getByRole('button', { name: 'Swap' }).click();
  await page.getByRole('row', { name: /configuration\.REGION/ }).locator('code.removed').waitFor();
});

it('the audit says who, where and why; from a line to the environment as it was', async () => {
  const page = await open('/audit?environment=production');
  await page.getByRole('row', { name: /catalog/ }).first().waitFor();
  expect(await page.getByRole('row', { name: /staging, generation/ }).count()).toBe(0);
  await picture(page, 'audit');
  await page.getByRole('link', { name: /as it was/ }).last().click();
  await page.getByRole('heading', { name: 'An environment as it was' }).waitFor();
  await page.getByRole('row', { name: /catalog/ }).waitFor();
});

it('an environment as it was: nothing before the first release, one release at a time after it', async () => {
  const early = await open(`/then?environment=production&at=${before - 60_000}`);
  await early.getByText('Nothing had been deployed in production').waitFor();
  const later = await open(`/then?environment=production&at=${middle}`);
  await later.getByRole('row', { name: /catalog/ }).getByText('100 %').waitFor();
  await expect(later.getByRole('row', { name: /catalog/ }).locator('[data-label=instances]').textContent()).resolves.toBe('2');
});

it('delivery shows the four measures of a team, with what they are made of', async () => {
  const page = await open('/delivery?days=7');
  await page.getByRole('region', { name: 'Deployment frequency' }).getByText('2 deployments in 7 days').waitFor();
  await page.getByRole('region', { name: 'Change failure rate' }).getByText('50 %').waitFor();
  await expect(page.getByRole('region', { name: 'Deployment frequency' }).getByRole('row', { name: /2 deployments/ }).count()).resolves.toBe(1);
  await picture(page, 'delivery');
});

describe('drift and its repair', () => {
  it('is looked at, and repaired by whoever may', async () => {
    const page = await open('/drift');
    await page.getByText('All that runs is as it was asked for').waitFor();
    await page.getByRole('button', { name: 'Repair now' }).click();
    await page.getByText('Nothing was to be repaired').waitFor();
  });

  it('is told of among the alerts, with what else people were told', async () => {
    const page = await open('/alerts');
    await page.getByRole('row', { name: /catalog/ }).first().getByText('info').waitFor();
  });
});

it.each(['/history', '/services/catalog/compare', '/audit', '/delivery', '/drift', '/alerts'])('%s: nothing serious for axe, and nothing wider than a phone, light and dark', async (path) => {
  for (const options of [{ viewport: PHONE, colorScheme: 'light' }, { colorScheme: 'dark' }] as const) {
    const page = await open(path, options);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // Until then there is nothing to look at; the network is never idle, as live events are listened to.
    await page.locator('#page .said[role=status]').first().waitFor({ state: 'detached' });
    await expect(serious(page)).resolves.toEqual([]);
    await expect(overflow(page)).resolves.toEqual([]);
  }
}, 60_000);
