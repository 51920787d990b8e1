/** Logging in, and the overview, in a real browser. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { QUICK } from '../e2e/rig/example-service.ts';
import { Installation } from '../e2e/rig/installation.ts';
import { launch, logInAddress, overflow, PHONE, serious, visit, type Visit } from './rig/browser.ts';

let at: Installation;
let browser: Browser;
const visits: Visit[] = [];
beforeAll(async () => {
  at = await Installation.start();
  browser = await launch();
  await at.deployed('catalog', QUICK);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await at?.close();
}, 60_000);
afterEach(async () => {
  const faults = visits.flatMap((one) => one.faults);
  for (const { context } of visits.splice(0)) await context.close();
  expect(faults).toEqual([]);
});
const open = async (options: Parameters<typeof visit>[2] = {}): Promise<Visit> => {
  const made = await visit(browser, at.client, options);
  visits.push(made);
  return made;
};

it('an address logs in once: the token leaves the address at once, and is nobody\'s afterwards', async () => {
  const address = await logInAddress(at.client);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  expect(page.url()).toBe(`${at.client.address}/`);
  const session = await page.evaluate(() => sessionStorage.getItem('slipway.token'));
  expect(address).not.toContain(session);
  await expect(at.client.ask('GET', '/v1/me', undefined, new URL(address).hash.slice('#log-in='.length))).resolves.toMatchObject({ status: 401 });
  // A link in a new tab of the same browser is logged in by the one that is open.
  const second = await context.newPage();
  await second.goto(at.client.address);
  await second.getByRole('link', { name: 'catalog' }).waitFor();
  // Logging out ends it in both, and at the control plane.
  await page.getByRole('button', { name: 'Log out' }).click();
  await second.getByLabel('Your token').waitFor();
  await page.getByLabel('Your token').waitFor();
  expect([await page.getByRole('alert').count(), await second.getByRole('alert').count()]).toEqual([0, 0]);
  await expect(at.client.ask('GET', '/v1/me', undefined, session)).resolves.toMatchObject({ status: 401 });
  await page.goto(address);
  await page.getByText('was used already').waitFor();
  await context.close();
});

it('a token logs in, a wrong one says so', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(at.client.address);
  await page.getByLabel('Your token').fill('slp_nobody');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Nobody has this token').waitFor();
  await page.getByLabel('Your token').fill(await at.controlPlane.composed.ports.identities.add('anna' as never));
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('anna').waitFor();
  await context.close();
});

it('shows each service by environment, and what changes while it is looked at', async () => {
  const { page } = await open();
  const row = page.getByRole('row', { name: /catalog/ });
  await expect(row.innerText()).resolves.toMatch(/catalog\s*shop/);
  await row.getByText('healthy').first().waitFor();
  expect(await row.getByText('healthy').count()).toBe(2);
  await page.getByText('Live', { exact: true }).waitFor();
  await at.client.post('/v1/services/catalog/environments/production/pause', { why: 'at work' });
  await row.getByText('paused').waitFor();
  await at.client.post('/v1/services/catalog/environments/production/resume', {});
  await row.getByText('paused').waitFor({ state: 'detached' });
});

it('says that the connection is lost, and goes on where it was', async () => {
  const { page, context } = await open();
  await page.getByText('Live', { exact: true }).waitFor();
  await context.setOffline(true);
  await page.getByText('Connection lost').waitFor();
  await at.client.post('/v1/services/catalog/environments/staging/pause', { why: 'while away' });
  await context.setOffline(false);
  await page.getByRole('row', { name: /catalog/ }).getByText('paused').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await at.client.post('/v1/services/catalog/environments/staging/resume', {});
});

it('filters and finds by the keyboard', async () => {
  const { page } = await open();
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  await page.getByLabel('Find').fill('nothing-like-it');
  await page.getByText('No service is like that').waitFor();
  expect(page.url()).toContain('find=nothing-like-it');
  await page.getByLabel('Find').fill('cat');
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  await page.getByRole('heading', { name: 'Services' }).click();
  await page.keyboard.press('j');
  await expect(page.locator('[data-row]:focus').textContent()).resolves.toBe('catalog');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.getByRole('combobox', { name: /A service/ }).fill('ctlg');
  await page.getByRole('option', { name: /catalog/ }).waitFor();
});

it.each([['light', undefined], ['dark', undefined], ['light', PHONE], ['dark', PHONE]] as const)('%s at %j: nothing serious for axe, nothing wider than the window', async (colorScheme, viewport) => {
  const { page } = await open({ colorScheme, ...(viewport === undefined ? {} : { viewport }) });
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  await expect(serious(page)).resolves.toEqual([]);
  await expect(overflow(page)).resolves.toEqual([]);
});

it('many environments make the table wider, not the page, and the filters say what they are set to', async () => {
  const { page } = await open();
  const environments = Array.from({ length: 9 }, (_, index) => ({ name: `production-zone-${index}`, kind: 'production', wave: 1, zones: [] }));
  await page.route('**/v1/environments', async (route) => route.fulfill({ json: { ...await (await route.fetch()).json() as object, environments } }));
  await page.reload();
  await page.getByRole('columnheader', { name: 'production-zone-8' }).waitFor();
  await expect(overflow(page)).resolves.toEqual([]);
  await expect(serious(page)).resolves.toEqual([]);
  const shown = () => page.locator('form select').evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).selectedOptions[0]?.text));
  await expect(shown()).resolves.toEqual(['All teams', 'Any state', 'What wants attention']);
  await page.locator('form select').nth(1).selectOption('Drifted');
  await page.getByText('No service is like that').waitFor();
  expect([(await shown())[1], page.url()]).toEqual(['Drifted', expect.stringContaining('state=drift')]);
});

it('each page has its own name and heading, a refused one too, and takes the focus', async () => {
  const { page } = await open();
  await page.getByRole('link', { name: 'catalog' }).click();
  await page.getByRole('heading', { name: 'catalog', level: 1 }).waitFor();
  expect([await page.title(), await page.evaluate(() => document.activeElement?.id)]).toEqual(['catalog · Slipway', 'page']);
  await page.goto(`${at.client.address}/pipelines/catalog-99`);
  await page.getByRole('alert').getByText('There is no pipeline "catalog-99"').waitFor();
  await page.getByRole('heading', { name: 'catalog-99', level: 1 }).waitFor();
  expect(await page.title()).toBe('catalog-99 · Slipway');
  await page.getByRole('link', { name: 'All services' }).last().click();
  await page.getByRole('link', { name: 'catalog' }).waitFor();
});

it('a tab that nobody looks at reads nothing, and shows what changed as soon as somebody does', async () => {
  const { page } = await open();
  const row = page.getByRole('row').filter({ hasText: 'catalog' });
  await row.waitFor();
  const look = (hidden: boolean) => page.evaluate((is) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => is });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  const asked: string[] = [];
  await page.getByText('Live', { exact: true }).waitFor();
  await look(true);
  // From now on: what the page asks when it opens is asked by somebody who looks at it.
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await at.client.post('/v1/services/catalog/environments/production/pause', { why: 'in the background' });
  await page.waitForTimeout(2000);
  expect([asked, await row.getByText('paused').count()]).toEqual([[], 0]);
  await look(false);
  await row.getByText('paused').first().waitFor();
  await at.client.post('/v1/services/catalog/environments/production/resume', {});
  await row.getByText('paused').first().waitFor({ state: 'detached' });
}, 60_000);
