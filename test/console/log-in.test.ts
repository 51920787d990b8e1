/** Logging in on the page of a company's provider, in a real browser: whoever may, whoever may not, and whoever tries to be somebody else. */
import { createServer, type Server } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { stringify } from 'yaml';
import { consoleFiles } from '../../src/main/console-files.ts';
import { packageRoot } from '../../src/main/machines.ts';
import { companyProvider, identityProvider, SECRET, type CompanyProvider } from '../oidc/provider.ts';
import { logInAtProvider } from '../oidc/visitor.ts';
import { QUICK } from '../e2e/rig/example-service.ts';
import { ENVIRONMENTS, Installation } from '../e2e/rig/installation.ts';
import { launch, overflow, PHONE, serious } from './rig/browser.ts';

let company: CompanyProvider;
let at: Installation;
let browser: Browser;
let bucket: Server;
let bucketOrigin: string;
const contexts: BrowserContext[] = [];
const faults: string[] = [];

beforeAll(async () => {
  browser = await launch();
  // A console at another origin, as a bucket serves it. Where its API is, it learns when there is one.
  bucket = createServer((request, response) => {
    if (request.url === '/config.json') return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ api: at.client.address }));
    const head = response.writeHead.bind(response) as (status: number, headers: Record<string, string>) => typeof response;
    response.writeHead = ((status: number, headers: Record<string, string>) => head(status, { ...headers, ...(headers['content-security-policy'] === undefined ? {} : { 'content-security-policy': headers['content-security-policy'].replace("connect-src 'self'", `connect-src 'self' ${at.client.address}`) }) })) as never;
    if (!consoleFiles(join(packageRoot(), 'console', 'dist')).serve(request, response)) response.writeHead(404, {}).end();
  });
  await new Promise<void>((resolve) => { bucket.listen(0, '127.0.0.1', resolve); });
  bucketOrigin = `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`;
  at = await Installation.start({ consoleOrigins: [bucketOrigin] });
  company = await companyProvider([`${at.client.address}/log-in`, `${bucketOrigin}/log-in`]);
  company.people.set('anna', { sub: 'anna', email: 'anna@example.com', email_verified: true }).set('eve', { sub: 'eve', email: 'eve@example.com', email_verified: true });
  writeFileSync(at.client.home.environments, `${ENVIRONMENTS}${stringify({ identityProviders: [identityProvider(company)], roles: [{ role: 'viewer', who: ['vera'] }] })}`.replace(/^people:$/m, 'people:\n  - { name: vera, oidc: anna@example.com }'));
  mkdirSync(join(at.client.home.secrets, 'oidc'));
  writeFileSync(join(at.client.home.secrets, 'oidc', 'slipway'), SECRET, { mode: 0o600 });
  await at.deployed('catalog', QUICK);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await at?.close();
  await company?.close();
  bucket?.closeAllConnections();
  bucket?.close();
}, 60_000);
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  expect(faults.splice(0)).toEqual([]);
});

async function freshPage(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error' && /Content.Security.Policy|CORS/i.test(message.text()) && message.location().url.startsWith(at.client.address)) faults.push(message.text()); });
  return page;
}
const button = (page: Page) => page.getByRole('button', { name: `Log in at ${new URL(company.issuer).host}` });
const ask = async (token: string | null) => (await at.client.ask<{ identity: string }>('GET', '/v1/me', undefined, token)).status;
const sessionOf = (page: Page): Promise<string | null> => page.evaluate(() => sessionStorage.getItem('slipway.token'));

/** Types a name into the provider's form. */
async function typeName(page: Page, name: string): Promise<void> {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
}
async function logIn(page: Page, name: string, address = at.client.address): Promise<void> {
  await page.goto(address);
  await button(page).click();
  await typeName(page, name);
}

it('logs in, comes back to where it was, and keeps nothing of it in the address', async () => {
  const page = await freshPage();
  await logIn(page, 'anna', `${at.client.address}/history?service=catalog`);
  await page.getByRole('heading', { name: 'History', level: 1 }).waitFor();
  expect(page.url()).toBe(`${at.client.address}/history?service=catalog`);
  await page.getByText('vera').waitFor();
  const token = await sessionOf(page);
  expect(token).toMatch(/^sls_/);
  expect(await page.evaluate(() => [document.cookie, sessionStorage.getItem('slipway.log-in'), localStorage.length])).toEqual(['', null, 0]);
  // Her role is that of environments.yaml, for the buttons and at the control plane.
  await page.goto(`${at.client.address}/services/catalog`);
  const pause = page.getByRole('button', { name: 'Pause repair: catalog in production' });
  await pause.waitFor();
  expect(await pause.getAttribute('aria-disabled')).toBe('true');
  await expect(at.client.ask('POST', '/v1/services/catalog/environments/production/pause', {}, token)).resolves.toMatchObject({ status: 403 });
  const [session] = await at.client.get<object[]>('/v1/sessions?of=vera');
  expect(session).toMatchObject({ origin: 'provider', client: 'console', identity: 'vera' });
});

it('who has no role here is told so', async () => {
  const page = await freshPage();
  await logIn(page, 'eve');
  await page.getByText('oidc:eve@example.com has no role here').first().waitFor();
});

it('who is nobody at the provider comes no further', async () => {
  const page = await freshPage();
  await logIn(page, 'mallory');
  await page.waitForURL((url) => url.origin !== at.client.address);
  await page.goto(at.client.address);
  await button(page).waitFor();
  expect(await sessionOf(page)).toBeNull();
});

it('logging out ends it here and at the control plane, and the next log-in asks who it is', async () => {
  const page = await freshPage();
  await logIn(page, 'anna');
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  const token = await sessionOf(page);
  await page.getByRole('button', { name: 'Log out' }).click();
  await button(page).waitFor();
  expect(await ask(token)).toBe(401);
  // The provider still knows her, and is told to ask again.
  await button(page).click();
  await page.locator('input[name=login]').waitFor();
  await typeName(page, 'eve');
  await page.getByText('oidc:eve@example.com').first().waitFor();
});

it('a session that was ended elsewhere, or has expired, leads to the log-in', async () => {
  const page = await freshPage();
  await logIn(page, 'anna');
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  const token = await sessionOf(page);
  const session = (await at.client.get<{ id: string }[]>('/v1/sessions?of=vera')).at(-1);
  await expect(at.client.ask('DELETE', `/v1/sessions/${session?.id ?? ''}`)).resolves.toMatchObject({ status: 200 });
  expect(await ask(token)).toBe(401);
  await page.getByRole('link', { name: 'History' }).click();
  await button(page).waitFor();
  await page.getByRole('alert').getByText('Your log-in has ended').waitFor();
  expect(await sessionOf(page)).toBeNull();
  // One that ends by itself, after seconds, while nobody does anything.
  const short = await at.client.post<{ token: string }>('/v1/session', { seconds: 10 });
  await page.evaluate((given) => sessionStorage.setItem('slipway.token', given), short.token);
  await page.goto(at.client.address);
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  await button(page).waitFor({ timeout: 30_000 });
  await page.getByRole('alert').getByText('Your log-in has ended').waitFor();
}, 90_000);

it('an answer that this tab did not ask for is not even tried', async () => {
  const page = await freshPage();
  const asked: string[] = [];
  page.on('request', (request) => { if (request.method() === 'POST') asked.push(request.url()); });
  // Somebody else's code, in a link that they made: whoever opens it would be logged in as them.
  await page.goto(`${at.client.address}/log-in?code=of-somebody-else&state=guessed&iss=${encodeURIComponent(company.issuer)}`);
  await page.getByText('not for a log-in that was begun in this tab').waitFor();
  expect([page.url(), asked]).toEqual([`${at.client.address}/`, []]);
  // The same while a log-in of this tab's own is under way.
  await button(page).click();
  await page.locator('input[name=login]').waitFor();
  await page.goto(`${at.client.address}/log-in?code=of-somebody-else&state=guessed`);
  await page.getByText('not for a log-in that was begun in this tab').waitFor();
  expect([await sessionOf(page), asked]).toEqual([null, []]);
});

it('an answer that comes a second time opens nothing', async () => {
  const page = await freshPage();
  await page.goto(at.client.address);
  // The way to the provider is kept, and gone by somebody who looks over the shoulder.
  const away = page.waitForRequest((request) => request.url().startsWith(`${company.issuer}/auth?`));
  await button(page).click();
  const back = await logInAtProvider((await away).url(), 'anna');
  await page.goto(back.href);
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  await page.goto(back.href);
  await page.getByText('vera').waitFor();
  const other = await freshPage();
  await other.goto(back.href);
  await other.getByText('not for a log-in that was begun in this tab').waitFor();
  // What was seen of it, asked directly: the verifier never left the tab.
  await expect(at.client.ask('POST', '/v1/log-in', { with: 'code', client: 'console', code: back.searchParams.get('code'), verifier: 'x'.repeat(43), redirectUri: `${at.client.address}/log-in` }, null)).resolves.toMatchObject({ status: 401 });
});

it('what the provider refuses is said', async () => {
  const page = await freshPage();
  await page.goto(at.client.address);
  const away = page.waitForRequest((request) => request.url().startsWith(`${company.issuer}/auth?`));
  await button(page).click();
  const state = new URL((await away).url()).searchParams.get('state') ?? '';
  await page.goto(`${at.client.address}/log-in?error=access_denied&error_description=not+today&state=${encodeURIComponent(state)}`);
  await page.getByText('access_denied): not today').waitFor();
});

it('a console of another origin that is named logs in, looks and follows; one that is not named learns nothing', async () => {
  const page = await freshPage();
  await logIn(page, 'anna', bucketOrigin);
  await page.getByRole('link', { name: 'catalog' }).waitFor();
  expect(new URL(page.url()).origin).toBe(bucketOrigin);
  await page.getByText('Live', { exact: true }).waitFor();
  await at.client.post('/v1/services/catalog/environments/production/pause', { why: 'from elsewhere' });
  await page.getByRole('row', { name: /catalog/ }).getByText('paused').waitFor();
  await at.client.post('/v1/services/catalog/environments/production/resume', {});
  const stranger = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Elsewhere</title>'));
  await new Promise<void>((resolve) => { stranger.listen(0, '127.0.0.1', resolve); });
  try {
    const elsewhere = await freshPage();
    await elsewhere.goto(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}`);
    const tried = await elsewhere.evaluate(([address, token]) => Promise.all([{}, { headers: { authorization: `Bearer ${token}` } }].map((options) => fetch(`${address}/v1/services`, options).then((response) => response.status, () => 'refused by the browser'))), [at.client.address, readFileSync(at.client.home.token, 'utf8').trim()] as const);
    expect(tried).toEqual(['refused by the browser', 'refused by the browser']);
  } finally {
    stranger.closeAllConnections();
    stranger.close();
  }
});

it.each([['light', undefined], ['dark', PHONE]] as const)('the first page, %s at %j: nothing serious for axe, nothing wider than the window', async (colorScheme, viewport) => {
  const page = await freshPage({ colorScheme, ...(viewport === undefined ? {} : { viewport }) });
  await page.goto(at.client.address);
  await button(page).waitFor();
  await expect(serious(page)).resolves.toEqual([]);
  await expect(overflow(page)).resolves.toEqual([]);
});
