/** A real Chromium on the console of an installation, logged in as somebody. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Client } from '../../e2e/rig/client.ts';

export { launch } from './chromium.ts';

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page wrote as errors: a policy that refuses something, an exception. */
  readonly faults: string[];
}

export const DESKTOP = { width: 1280, height: 860 };
/** The least width at which nothing may have to be scrolled sideways: https://www.w3.org/WAI/WCAG22/Understanding/reflow */
export const PHONE = { width: 320, height: 640 };

/** An address that logs in, as `slipway console` makes it. */
export async function logInAddress(client: Client, token?: string): Promise<string> {
  const { link } = await client.post<{ link: string }>('/v1/log-in-links', {}, token);
  return `${client.address}/#log-in=${link}`;
}

/** @param token whose; absent: the owner's */
export async function visit(browser: Browser, client: Client, options: BrowserContextOptions & { readonly token?: string | undefined; readonly path?: string } = {}): Promise<Visit> {
  const { token, path = '/', ...rest } = options;
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', timezoneId: 'UTC', ...rest });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  // A refusal that a page shows to its reader is no fault of the page.
  page.on('console', (message) => { if (message.type() === 'error' && !/the server responded with a status of 4\d\d|net::ERR_/.test(message.text())) faults.push(message.text()); });
  await page.goto(await logInAddress(client, token));
  await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
  if (path !== '/') await page.goto(client.address + path);
  return { context, page, faults };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
interface Violation { readonly id: string; readonly impact: string | null; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }

/** Violations of axe that are serious or worse, each with where it is. */
export async function serious(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's policy does not concern.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe.run());
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} ${failureSummary.replaceAll(/\s+/g, ' ')}`));
}

/** For the documentation, and only when the run is asked for pictures: docs/console/NAME.png. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['SLIPWAY_PICTURES'] !== '1') return;
  // A test's repository is a temporary folder, which says nothing to a reader.
  await page.evaluate(() => { for (const element of document.querySelectorAll<HTMLElement>('[data-source]')) element.style.visibility = 'hidden'; });
  await page.screenshot({ path: fileURLToPath(new URL(`../../../docs/console/${name}.png`, import.meta.url)), animations: 'disabled', caret: 'hide' });
}

/** What makes the page wider than its window, which a reader on a phone would have to push aside; nothing when it is not. */
export const overflow = (page: Page): Promise<string[]> => page.evaluate(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
  return [`${scrollWidth - clientWidth} pixels`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))];
});
