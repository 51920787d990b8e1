/** A release watched live to its end, and each decision and action on the way, in a real browser. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { program, QUICK } from '../e2e/rig/example-service.ts';
import { Installation } from '../e2e/rig/installation.ts';
import type { Repository } from '../e2e/rig/repository.ts';
import { launch, overflow, PHONE, picture, serious, visit, type Visit } from './rig/browser.ts';

let at: Installation;
let browser: Browser;
let anna: string;
let shop: Repository;
const visits: Visit[] = [];
beforeAll(async () => {
  at = await Installation.start();
  browser = await launch();
  anna = await at.controlPlane.composed.ports.identities.add('anna' as never);
  shop = await at.deployed('checkout', { canary: { traffic: 10, duration: '6s', interval: '300ms', judge: { minimumRequests: 5, maximumLatencyRatio: 100_000, onInconclusive: 'extend', extensions: 20 } } });
  await at.load('checkout');
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
const open = async (options: Parameters<typeof visit>[2] = {}): Promise<Page> => {
  const made = await visit(browser, at.client, options);
  visits.push(made);
  return made.page;
};
const steps = (page: Page) => page.getByRole('list', { name: 'How far it is' });

it('a release is watched from its push to its end, and approved with plan and evidence in view', async () => {
  shop.write({ 'checkout/server.js': program({ says: 'two' }) });
  const id = await at.release(shop, 'two');
  const page = await open({ token: anna, path: `/pipelines/${id}` });
  const production = page.getByRole('region', { name: /^production/ });
  // First of all, as it passes; the canary's evidence stays.
  await steps(page).getByRole('listitem').filter({ hasText: 'canary' }).getByText('at work').waitFor();
  await production.getByText('Evidence that it is worse').waitFor();
  await production.getByRole('table', { name: 'Rates with their 95 % intervals' }).waitFor();
  await production.locator('.plot canvas').first().waitFor();
  await picture(page, 'pipeline');
  const machine = page.getByRole('region', { name: 'State machines' });
  await machine.getByRole('button', { name: /production canary/ }).click();
  await machine.getByLabel(/^Judge: /).waitFor();
  await machine.scrollIntoViewIfNeeded();
  await picture(page, 'state-machine');
  await expect(serious(page)).resolves.toEqual([]);
  await machine.getByRole('button', { name: 'Show as a list' }).click();
  await machine.getByRole('row', { name: /Move traffic/ }).waitFor();
  await production.getByText('May checkout').first().waitFor();
  await production.getByRole('button', { name: 'Approve: checkout in production' }).click();
  const dialog = page.getByRole('dialog', { name: /^Approve checkout/ });
  await dialog.getByText('candidate takes over').or(dialog.getByText('takes over from')).first().waitFor();
  await dialog.getByText('Evidence of the canary').first().waitFor();
  await picture(page, 'approve');
  await expect(serious(page)).resolves.toEqual([]);
  await dialog.getByLabel('Comment').fill('looks right');
  await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('has all traffic').first().waitFor();
  await steps(page).getByRole('listitem').filter({ hasText: 'rollout' }).getByText('done').waitFor();
  await production.getByText('anna: approve, “looks right”').waitFor();
  await expect(at.client.over(id)).resolves.toMatchObject({ status: { kind: 'succeeded' } });
}, 120_000);

it('what waits is rejected from the list of approvals, by somebody who may; the owner is told why not', async () => {
  shop.write({ 'checkout/server.js': program({ says: 'three' }) });
  const id = await at.release(shop, 'three');
  await at.client.waiting('checkout');
  const owners = await open({ path: '/approvals' });
  const refused = owners.getByRole('button', { name: 'Approve: checkout in production' });
  await refused.waitFor();
  expect(await refused.getAttribute('aria-disabled')).toBe('true');
  expect(await refused.getAttribute('title')).toContain('owner may not decide here');
  await refused.click({ force: true });
  await owners.getByRole('status').getByText('owner may not decide here').waitFor();
  expect(await owners.getByRole('dialog').count()).toBe(0);
  const page = await open({ token: anna, path: '/approvals', viewport: PHONE, colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Reject: checkout in production' }).click();
  await page.getByRole('dialog').getByLabel('Comment').fill('not today');
  await expect(overflow(page)).resolves.toEqual([]);
  await expect(serious(page)).resolves.toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Reject', exact: true }).click();
  await page.getByText('Nothing waits for a decision').waitFor();
  await expect(at.client.over(id)).resolves.toMatchObject({ status: { kind: 'failed' } });
}, 120_000);

it('pauses, resumes, scales and rolls back, each bound to what was shown', async () => {
  const repository = await at.deployed('cart', QUICK);
  repository.write({ 'cart/server.js': program({ says: 'two' }) });
  await at.client.over(await at.release(repository, 'two'));
  const page = await open({ path: '/services/cart' });
  const production = page.getByRole('region', { name: 'production', exact: true });
  await production.getByRole('button', { name: 'Pause repair: cart in production' }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('maintenance');
  // Somebody else is there while the dialog is open: it says so, shows what is there now, and then goes on from that.
  await at.client.post('/v1/services/cart/environments/production/scale', { instances: 3 });
  await page.getByRole('dialog').getByRole('button', { name: 'Pause repair' }).click();
  await page.getByRole('alert').getByText('Below is what is there now').waitFor();
  await page.getByRole('dialog').getByRole('row', { name: /cart-2-production.* 3 / }).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause repair' }).click();
  await production.getByText('Repair is paused by owner').waitFor();
  await picture(page, 'service');
  const all = await open();
  await all.getByRole('row', { name: /cart/ }).getByText('paused').waitFor();
  await picture(all, 'services');
  await expect(serious(page)).resolves.toEqual([]);
  await production.getByRole('button', { name: 'Resume repair: cart in production' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume repair' }).click();
  await production.getByText('Repair is paused').waitFor({ state: 'detached' });
  await production.getByRole('button', { name: 'Scale: cart in production' }).click();
  await page.getByRole('dialog').getByLabel('Instances').fill('1');
  await page.getByRole('dialog').getByRole('button', { name: 'Scale to 1' }).click();
  await at.healthy('cart', 1);
  await production.getByRole('row', { name: /cart-2-production.* 1 / }).waitFor();
  await production.getByRole('button', { name: 'Roll back: cart in production' }).click();
  await page.getByRole('dialog').getByText('without canary and questions').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: /^Roll back to/ }).click();
  await at.client.over('cart-3');
  await production.getByRole('row', { name: /cart-3-production stable/ }).waitFor();
}, 120_000);

it('deploys a release with its plan in view, promotes a hold, cancels a pipeline', async () => {
  const page = await open({ path: '/services/checkout' });
  await page.getByRole('button', { name: 'Deploy …: checkout' }).click();
  const dialog = page.getByRole('dialog', { name: 'Deploy checkout' });
  await dialog.getByLabel('Environment').selectOption('production');
  await dialog.getByText('canary:').waitFor();
  await expect(serious(page)).resolves.toEqual([]);
  await dialog.getByRole('button', { name: /^Deploy .* to production$/ }).click();
  await page.waitForURL('**/pipelines/checkout-*');
  const production = page.getByRole('region', { name: /^production/ });
  await production.getByText('Evidence that it is worse').waitFor();
  await production.getByRole('button', { name: 'Promote: checkout in production' }).click();
  await page.getByRole('dialog').getByText('Evidence so far').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'End the hold early' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Cancel: checkout/ }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('enough seen');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the pipeline' }).click();
  await page.getByText('By owner: enough seen').first().waitFor();
}, 120_000);

it.each([['light', undefined], ['dark', PHONE]] as const)('%s at %j: pipeline and service are readable, and no wider than the window', async (colorScheme, viewport) => {
  const page = await open({ colorScheme, path: '/pipelines/checkout-2', ...(viewport === undefined ? {} : { viewport }) });
  await page.getByRole('region', { name: /^production/ }).waitFor();
  await page.locator('.plot canvas').first().waitFor();
  await expect(serious(page)).resolves.toEqual([]);
  await expect(overflow(page)).resolves.toEqual([]);
  if (viewport !== undefined) await picture(page, 'phone-dark');
  await page.goto(`${at.client.address}/services/checkout`);
  await page.getByRole('heading', { name: 'Releases' }).waitFor();
  await expect(serious(page)).resolves.toEqual([]);
  await expect(overflow(page)).resolves.toEqual([]);
}, 60_000);
