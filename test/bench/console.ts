/** The console over a large store, in Chromium: when a page shows what it is for, and what that costs page, control plane and network. */
import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';
import { launch } from '../console/rig/chromium.ts';
import { cpuSeconds, ENVIRONMENTS, listen, nameOf, seed, SIZES, type Size } from './api.ts';
import { type Bench, median, type Row, short, withSpread } from './figures.ts';
import { type Installation, startInstallation } from './installation.ts';
import { until } from './waiting.ts';

/** The requirement: first content of each page within a second. */
const GOAL_MS = 1000;
const LOADS = { full: 9, quick: 2 };

interface Place {
  readonly what: string;
  readonly path: string;
  /** What is there only once the page's own data is. */
  readonly seen: string;
}

const placesOf = ({ services, deploymentsEach }: Size): Place[] => {
  const service = nameOf(Math.floor(services / 2));
  return [
    { what: 'services', path: '/', seen: '[data-row]' },
    { what: 'a service', path: `/services/${service}`, seen: `main a[href^="/pipelines/${service}-"]` },
    { what: 'a pipeline', path: `/pipelines/${service}-${deploymentsEach}`, seen: 'main dl.facts' },
    { what: 'history', path: '/history', seen: '[data-row]' },
  ];
};

interface Load {
  /** The first paint of anything, and when the page's data was there; from the beginning of the navigation. */
  readonly paintMs: number;
  readonly shownMs: number;
  readonly pageMs: number;
  readonly serverMs: number;
  readonly bytes: number;
}

/** Counts what comes over the network, as it was sent. */
function countBytes(devtools: CDPSession): () => number {
  let bytes = 0;
  devtools.on('Network.dataReceived', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  devtools.on('Network.responseReceived', ({ response }) => { bytes += response.encodedDataLength; });
  return () => bytes;
}

/** @param server the control plane's own processor seconds so far */
async function load(page: Page, devtools: CDPSession, bytes: () => number, address: string, { path, seen }: Place, server: () => Promise<number>): Promise<Load> {
  const [serverBefore, bytesBefore] = [await server(), bytes()];
  await page.goto(address + path, { waitUntil: 'commit' });
  await page.locator(seen).first().waitFor();
  const [shownMs, paintMs] = await page.evaluate(() => [performance.now(), performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN] as const);
  // What follows the first rows, such as the rest of the services, belongs to what the page costs.
  await page.waitForTimeout(1500);
  // Chromium counts it anew for each document.
  const seconds = (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  return { paintMs, shownMs, pageMs: seconds * 1000, serverMs: ((await server()) - serverBefore) * 1000, bytes: bytes() - bytesBefore };
}

function rowsOf(what: string, size: Size, loads: readonly Load[], withListeners: boolean): Row[] {
  const of = (figure: (load: Load) => number): number[] => loads.map(figure);
  const shown = of(({ shownMs }) => shownMs);
  const runs = `${loads.length} loads, cold cache`;
  const costs = `${short(median(of(({ pageMs }) => pageMs)))} ms page, ${short(median(of(({ serverMs }) => serverMs)))} ms control plane, ${short(median(of(({ bytes }) => bytes / 1024)))} KiB`;
  return [
    { what: `console, ${what}${withListeners ? ` with ${size.listeners} listeners` : ''}: its content is there`, ours: `${withSpread(median(shown), shown, 'ms')}, first paint ${short(median(of(({ paintMs }) => paintMs)))}`, peer: '', figure: median(shown), goal: { kind: 'at most', value: GOAL_MS, unit: ' ms' }, runs, timed: true },
    { what: `console, ${what}: processor time and bytes of a load`, ours: costs, peer: '', figure: median(of(({ bytes }) => bytes)), goal: null, runs },
  ];
}

/** In one tab: the log-in is the tab's. */
async function visits(at: Installation, size: Size, count: number, token: string, say: (line: string) => void): Promise<Row[]> {
  const browser = await launch();
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
    const { link } = await at.api<{ link: string }>('POST', '/v1/log-in-links', {});
    await page.goto(`${at.address}/#log-in=${link}`);
    await page.locator('[data-row]').first().waitFor();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await devtools.send('Network.enable');
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
    const bytes = countBytes(devtools);
    const rows: Row[] = [];
    const measure = async (place: Place, withListeners: boolean): Promise<void> => {
      const loads: Load[] = [];
      for (let turn = 0; turn < count; turn += 1) loads.push(await load(page, devtools, bytes, at.address, place, () => cpuSeconds(at, token)));
      rows.push(...rowsOf(place.what, size, loads, withListeners));
      for (const { what, ours } of rows.slice(-2)) say(`${what}: ${ours}`);
    };
    const places = placesOf(size);
    for (const place of places) await measure(place, false);
    const listeners = listen(at.address, token, size.listeners, nameOf(1));
    await until('all listeners', 50, 60_000, async () => (listeners.open() === size.listeners ? true : undefined));
    await measure(places[0] as Place, true);
    listeners.close();
    return rows;
  } finally {
    await browser.close();
  }
}

export const consoleBench: Bench = async ({ quick, say }) => {
  const size = quick ? SIZES.quick : SIZES.full;
  const at = await startInstallation(ENVIRONMENTS, (home) => seed(home, size));
  try {
    return { rows: await visits(at, size, quick ? LOADS.quick : LOADS.full, readFileSync(at.home.token, 'utf8').trim(), say) };
  } finally {
    await at.stop();
  }
};
