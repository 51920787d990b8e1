/** Each action by each role: who may, may; who may not is told why, and the control plane refuses them too. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { program } from '../e2e/rig/example-service.ts';
import { ENVIRONMENTS, Installation } from '../e2e/rig/installation.ts';
import { launch, visit, type Visit } from './rig/browser.ts';

const ROLES = `roles:
  - { role: viewer, who: [vera, stan] }
  - { role: deployer, who: [dora], teams: [shop] }
  - { role: deployer, who: [stan], environments: [staging] }
  - { role: approver, who: [anna], environments: [production] }
  - { role: owner, who: [olga] }
`;
/** Of the service as it stands, and of the pipeline that waits. */
const ON_SERVICE = ['Deploy …: roled', 'Roll back now: roled in production', 'Pause repair: roled in production'] as const;
const ON_PIPELINE = ['Approve: roled in production', 'Reject: roled in production', 'Promote: roled in production', 'Cancel: roled-2', 'Pause repair: roled in production'] as const;
const MAY: Readonly<Record<string, readonly string[]>> = {
  vera: [],
  dora: ['Deploy …: roled', 'Roll back now: roled in production', 'Pause repair: roled in production', 'Cancel: roled-2'],
  // Somewhere he may deploy; the dialog says where not.
  stan: ['Deploy …: roled'],
  anna: ['Approve: roled in production', 'Reject: roled in production'],
  olga: ['Deploy …: roled', 'Roll back now: roled in production', 'Pause repair: roled in production', 'Cancel: roled-2'],
};

let at: Installation;
let browser: Browser;
beforeAll(async () => {
  at = await Installation.start({ environments: `${ENVIRONMENTS}${ROLES}` });
  browser = await launch();
  const repository = await at.deployed('roled');
  await at.load('roled');
  repository.write({ 'roled/server.js': program({ says: 'two' }) });
  await at.release(repository, 'two');
  await at.client.waiting('roled');
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await at?.close();
}, 60_000);

/** The names of the buttons that do something; the others must say why not. */
async function allowed(page: Page, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const button = page.getByRole('button', { name, exact: true }).first();
    await button.waitFor();
    if ((await button.getAttribute('aria-disabled')) === null) found.push(name);
    else expect((await button.getAttribute('title'))?.length ?? 0).toBeGreaterThan(20);
  }
  return found;
}

describe.each(Object.keys(MAY))('%s', (identity) => {
  it('has the actions of their role, and of the others the reasons', async () => {
    const token = await at.controlPlane.composed.ports.identities.add(identity as never);
    const { page, context, faults }: Visit = await visit(browser, at.client, { token, path: '/services/roled' });
    const own = MAY[identity] ?? [];
    // Nothing is being held now, so a promotion is nobody's.
    expect(await allowed(page, ON_SERVICE)).toEqual(own.filter((name) => (ON_SERVICE as readonly string[]).includes(name)));
    await page.goto(`${at.client.address}/pipelines/roled-2`);
    expect((await allowed(page, ON_PIPELINE)).filter((name) => !name.startsWith('Promote'))).toEqual(ON_PIPELINE.filter((name) => own.includes(name)));
    const paused = await at.client.ask('POST', '/v1/services/roled/environments/production/pause', { why: 'a test' }, token);
    expect(paused.status).toBe(own.includes('Pause repair: roled in production') ? 200 : 403);
    if (paused.status === 200) await at.client.ask('POST', '/v1/services/roled/environments/production/resume', {}, token);
    expect(faults).toEqual([]);
    await context.close();
  }, 60_000);
});

it('the plan of an environment in which somebody may not deploy is not asked for', async () => {
  const { page, context } = await visit(browser, at.client, { token: await at.controlPlane.composed.ports.identities.add('stan' as never), path: '/services/roled' });
  await page.getByRole('button', { name: 'Deploy …: roled' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('staging:').waitFor();
  await dialog.getByLabel('Environment').selectOption('production');
  await dialog.getByText('stan may deploy, but not for services of the team shop in production').waitFor();
  expect(await dialog.getByRole('button', { name: /^Deploy / }).isDisabled()).toBe(true);
  await context.close();
}, 60_000);
