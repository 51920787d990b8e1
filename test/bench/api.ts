/** The HTTP API over a large store: reads at a fixed rate, listeners to live events, and a flood of bodies that nobody may send. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { openSqliteStore } from '../../src/adapters/local/sqlite-store.ts';
import { systemClock } from '../../src/adapters/local/system-clock.ts';
import { auditDayKey, auditKey, deploymentKey, desiredKey, observedKey, pipelineDayKey, pipelineKey, serviceKey } from '../../src/app/state/keys.ts';
import type { Home } from '../../src/main/home.ts';
import type { ItemKey, Write } from '../../src/ports/item-store.ts';
import { deployment, desired, observed, pipeline } from '../unit/cli/builders.ts';
import { type Bench, percentile, type Row, short } from './figures.ts';
import { type Installation, startInstallation } from './installation.ts';
import { residentMb } from './memory.ts';
import { pause, until } from './waiting.ts';

export const ENVIRONMENTS = `environments:
  - { name: staging, kind: staging, wave: 1, zones: [a] }
  - { name: production, kind: production, wave: 2, zones: [a] }
`;
const FULL = { services: 1000, deploymentsEach: 100, seconds: 20, listeners: 500, floods: 50 };
const QUICK = { services: 50, deploymentsEach: 10, seconds: 3, listeners: 50, floods: 10 };
export type Size = typeof FULL;
export const SIZES = { full: FULL, quick: QUICK };
const RATE = 200;
const GOAL_MS = 50;
const FLOOD_BYTES = 1024 ** 3;

export const nameOf = (index: number): string => `service-${String(index).padStart(4, '0')}`;

/** The same documents for each service, under its own name; scaled to nothing, so that nothing has to run. */
export async function seed(home: Home, { services, deploymentsEach }: Size): Promise<void> {
  const store = openSqliteStore({ path: home.state, clock: systemClock });
  const now = Date.now();
  const over = { status: { kind: 'succeeded', at: now - 1000 }, stage: 'over' };
  const place = (environment: string) => desired(environment, { weights: {}, revisions: Object.fromEntries(Object.entries(desired(environment).revisions).map(([id, revision]) => [id, { ...revision, count: 0 }])) });
  const texts = {
    pipeline: JSON.stringify(pipeline({ ...over, cause: 'push', commit: 'c'.repeat(40) })), deployment: JSON.stringify(deployment('production', { status: over.status })),
    desired: ['staging', 'production'].map((environment) => JSON.stringify(place(environment))), observed: ['staging', 'production'].map((environment) => JSON.stringify(observed(environment, {}, []))),
  };
  const put = (key: ItemKey, value: unknown): Write => ({ kind: 'put', key, value, condition: { absent: true } });
  let writes: Write[] = [];
  const flush = async (): Promise<void> => {
    await Promise.all(Array.from({ length: Math.ceil(writes.length / 100) }, (_, index) => store.transact(writes.slice(index * 100, index * 100 + 100))));
    writes = [];
  };
  for (let index = 0; index < services; index += 1) {
    const name = nameOf(index);
    const own = (text: string, number = 7): never => JSON.parse(text.replaceAll('catalog-7', `${name}-${number}`).replaceAll('catalog-6', `${name}-${number - 1}`).replaceAll('"catalog', `"${name}`)) as never;
    writes.push(put(serviceKey(name as never), { name, team: `team-${index % 20}`, repository: null, manifestPath: null, pipelines: deploymentsEach, lastRelease: null, registeredAt: now }));
    for (const [at, environment] of (['staging', 'production'] as never[]).entries()) {
      const wanted = own(texts.desired[at] ?? '');
      const changedAt = now - index * 1000;
      writes.push(put(desiredKey(name as never, environment), wanted), put(observedKey(name as never, environment), own(texts.observed[at] ?? '')));
      writes.push(put(auditKey(name as never, environment, 1), { at: changedAt, by: 'ben', why: 'first', generation: 12, commit: null, before: null, after: wanted }), put(auditDayKey(changedAt, name as never, environment, 1), { service: name, environment, write: 1, at: changedAt }));
    }
    for (let number = 1; number <= deploymentsEach; number += 1) {
      const startedAt = now - (deploymentsEach - number) * 3_600_000;
      const id = `${name}-${number}`;
      writes.push(put(pipelineKey(id as never), { ...(own(texts.pipeline, number) as object), id, number, startedAt }), put(deploymentKey(`${id}-production` as never), { ...(own(texts.deployment, number) as object), startedAt }), put(pipelineDayKey(startedAt, id as never), { pipeline: id, at: startedAt }));
    }
    if (writes.length > 2000) await flush();
  }
  await flush();
  await store.close();
}

interface Loaded {
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
  readonly peakMb: number;
  /** Processor time of the control plane for each request, whatever else it did meanwhile. */
  readonly cpuMs: number;
}

/** Requests that are due at fixed times, sent whether or not earlier ones are answered; each counts from when it was due. */
async function load(at: Installation, { services, deploymentsEach, seconds }: Size, agent: Agent, token: string): Promise<Loaded> {
  const pid = at.pidOf('control-plane');
  let peakMb = residentMb(pid);
  const watch = setInterval(() => { peakMb = Math.max(peakMb, residentMb(pid)); }, 50);
  const took: number[] = [];
  let failures = 0;
  const cpuBefore = await cpuSeconds(at, token);
  const began = performance.now();
  await Promise.all(Array.from({ length: RATE * seconds }, async (_, index) => {
    const due = (index * 1000) / RATE;
    await pause(Math.max(0, began + due - performance.now()));
    const path = pathOf(index, services, deploymentsEach);
    const status = await get(at.address + path, agent, token);
    took.push(performance.now() - began - due);
    if (status === 200) return;
    if (failures === 0) process.stderr.write(`api: ${path} was answered ${status}\n`);
    failures += 1;
  }));
  clearInterval(watch);
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99), failures, peakMb, cpuMs: (((await cpuSeconds(at, token)) - cpuBefore) * 1000) / (RATE * seconds) };
}

/** As the control plane itself says it. */
export async function cpuSeconds(at: Installation, token: string): Promise<number> {
  const text = await (await fetch(`${at.address}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1] ?? Number.NaN);
}

/** Spread over services without chance, so that runs are alike. */
function pathOf(index: number, services: number, deploymentsEach: number): string {
  const name = nameOf((index * 7919) % services);
  const number = 1 + ((index * 31) % deploymentsEach);
  const place = `/v1/services/${name}/environments/production`;
  const turn = index % 20;
  if (turn === 0) return '/v1/services?limit=50';
  if (turn === 10) return `/v1/services/${name}/pipelines?limit=50`;
  return [`/v1/services/${name}`, `/v1/pipelines/${name}-${number}`, place, `${place}/audit`, `/v1/services/${name}`, '/v1/approvals', `/v1/services/${name}/pipelines?limit=5`][turn % 7] ?? place;
}

function get(url: string, agent: Agent, token: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0)).on('error', () => resolve(0));
    });
    asked.on('error', () => resolve(0)).end();
  });
}

/** Connects again and again, and sends for as long as it is let. Answers how many bytes it got rid of. */
function flood(address: string, path: string, ended: AbortSignal): Promise<number> {
  const { hostname, port } = new URL(address);
  const part = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
  let sent = 0;
  const once = (): Promise<void> => new Promise((resolve) => {
    let own = 0;
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`);
      const more = (): void => {
        while (own < FLOOD_BYTES && !socket.destroyed && !ended.aborted) {
          own += part.length;
          sent += part.length;
          if (!socket.write(part)) return void socket.once('drain', more);
        }
        socket.destroy();
      };
      more();
    });
    socket.resume().on('error', () => undefined).on('close', () => resolve());
    ended.addEventListener('abort', () => socket.destroy(), { once: true });
  });
  return (async () => {
    while (!ended.aborted) {
      await once();
      await pause(20);
    }
    return sent;
  })();
}

export interface Listeners {
  readonly heard: () => number;
  readonly open: () => number;
  readonly close: () => void;
}

export function listen(address: string, token: string, count: number, of: string): Listeners {
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
  const state = { open: 0, heard: 0 };
  for (let index = 0; index < count; index += 1) {
    request(`${address}/v1/events`, { agent, headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' } }, (response) => {
      let isHeard = false;
      response.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('event: ready')) state.open += 1;
        if (!isHeard && text.includes(`"service":"${of}"`)) {
          isHeard = true;
          state.heard += 1;
        }
      }).on('error', () => undefined);
    }).on('error', () => undefined).end();
  }
  return { heard: () => state.heard, open: () => state.open, close: () => agent.destroy() };
}

export const apiBench: Bench = async ({ quick, say }) => {
  const size = quick ? QUICK : FULL;
  const at = await startInstallation(ENVIRONMENTS, async (home) => {
    const began = performance.now();
    await seed(home, size);
    say(`api: wrote ${size.services} services and ${size.services * size.deploymentsEach} deployments in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  });
  const token = readFileSync(at.home.token, 'utf8').trim();
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  try {
    await load(at, { ...size, seconds: Math.min(5, size.seconds) }, agent, token);
    const alone = await load(at, size, agent, token);
    say(`api: p50 ${short(alone.p50)} ms, p99 ${short(alone.p99)} ms, ${alone.failures} failures`);
    const heard = nameOf(1);
    const listeners = listen(at.address, token, size.listeners, heard);
    await until('all listeners', 50, 60_000, async () => (listeners.open() === size.listeners ? true : undefined));
    const changedAt = performance.now();
    await at.api('POST', `/v1/services/${heard}/environments/production/pause`, {});
    await until('all hear', 5, 60_000, async () => (listeners.heard() === size.listeners ? true : undefined));
    const heardMs = performance.now() - changedAt;
    const listened = await load(at, size, agent, token);
    say(`api: with ${size.listeners} listeners p99 ${short(listened.p99)} ms; a change reached all of them in ${short(heardMs)} ms`);
    const end = new AbortController();
    const floods = Array.from({ length: size.floods }, (_, index) => flood(at.address, index % 2 === 0 ? '/v1/deployments' : '/webhooks/github', end.signal));
    const flooded = await load(at, size, agent, token);
    end.abort();
    const sentMb = (await Promise.all(floods)).reduce((sum, bytes) => sum + bytes, 0) / 1e6;
    say(`api: in the flood p99 ${short(flooded.p99)} ms, ${flooded.failures} failures; ${sentMb.toFixed(0)} MB left the senders`);
    listeners.close();
    const failures = alone.failures + listened.failures + flooded.failures;
    const rows: Row[] = [
      { what: `API p99, ${RATE} reads/s, ${size.services} services, ${size.services * size.deploymentsEach} past deployments`, ours: `${short(alone.p99)} ms (p50 ${short(alone.p50)})`, peer: '', figure: alone.p99, goal: { kind: 'at most', value: GOAL_MS, unit: ' ms' }, runs: `${RATE * size.seconds} requests` },
      { what: 'processor time of the control plane for each of them', ours: `${short(alone.cpuMs)} ms`, peer: '', figure: alone.cpuMs, goal: null, runs: `${RATE * size.seconds} requests` },
      { what: `the same with ${size.listeners} listeners`, ours: `${short(listened.p99)} ms`, peer: '', figure: listened.p99, goal: { kind: 'at most', value: GOAL_MS, unit: ' ms' }, runs: `${RATE * size.seconds} requests` },
      { what: `a change reaches ${size.listeners} listeners`, ours: `${short(heardMs)} ms`, peer: '', figure: heardMs, goal: null, runs: '1 change' },
      { what: `p99 in a flood of ${size.floods} bodies of 1 GB`, ours: `${short(flooded.p99)} ms`, peer: `${short(listened.p99)} ms`, figure: flooded.p99 / listened.p99, goal: { kind: 'at most', value: 2, unit: 'x' }, runs: `${RATE * size.seconds} requests` },
      { what: 'memory in the flood over before it, peaks', ours: `${short(flooded.peakMb)} MB`, peer: `${short(listened.peakMb)} MB`, figure: flooded.peakMb - listened.peakMb, goal: { kind: 'at most', value: 10, unit: ' MB' }, runs: 'looks every 50 ms' },
      { what: 'requests that were not answered 200', ours: `${failures}`, peer: '', figure: failures, goal: { kind: 'at most', value: 0, unit: '' }, runs: `${3 * RATE * size.seconds} requests` },
    ];
    return { rows };
  } finally {
    agent.destroy();
    await at.stop();
  }
};
