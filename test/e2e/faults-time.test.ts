/** What never ends is ended in its time, and what never gets healthy is taken back, with the reason said. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './rig/ending.ts';
import { QUICK, type Behaviour, type Manifest } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

/** Notes its process id, then never ends, with a child of its own. */
const endless = (name: string): string[] => ['node', '-e', `require('node:fs').writeFileSync(${JSON.stringify(join(at.folder, name))}, process.pid + ' ' + require('node:child_process').spawn('sleep', ['1000']).pid); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`];
const FOREVER = 600_000;

it.concurrent.each<{ service: string; overrides: () => Manifest; behaviour?: Partial<Behaviour>; error: string; reason: RegExp; started?: true }>([
  { service: 'builds', overrides: () => ({ build: { command: endless('builds'), timeout: '2s' } }), error: 'BuildFailed', reason: /2 s|time/, started: true },
  { service: 'checks', overrides: () => ({ build: { test: endless('checks'), timeout: '2s' } }), error: 'BuildFailed', reason: /2 s|time/, started: true },
  { service: 'fails', overrides: () => ({ build: { command: ['node', '-e', 'console.error("no such module"); process.exit(7)'] } }), error: 'BuildFailed', reason: /7.*no such module|no such module/s },
  { service: 'no-program', overrides: () => ({ build: { command: ['no-such-program-here'] } }), error: 'BuildFailed', reason: /no-such-program-here/ },
  { service: 'tests', overrides: () => ({ tests: [{ name: 'forever', command: endless('tests'), timeout: '2s' }] }), error: 'TestsFailed', reason: /forever: .*(2 s|time)/s, started: true },
  { service: 'never-healthy', overrides: () => ({ health: { path: '/health', interval: '200ms', timeout: '1s', startWithin: '2s' } }), behaviour: { neverHealthy: true }, error: 'InstancesUnhealthy', reason: /0 of 1 instances.*503/s },
  { service: 'never-listens', overrides: () => ({ health: { path: '/health', interval: '200ms', timeout: '1s', startWithin: '2s' } }), behaviour: { startAfterMs: FOREVER }, error: 'InstancesUnhealthy', reason: /0 of 1 instances/ },
  { service: 'ends-at-once', overrides: () => ({ start: ['node', '-e', 'console.log("cannot"); process.exit(9)'] }), error: 'InstancesUnhealthy', reason: /0 of 1 instances.*9/s },
  { service: 'cannot-start', overrides: () => ({ start: ['no-such-program-here'] }), error: 'InstancesUnhealthy', reason: /no-such-program-here/ },
  { service: 'no-secret', overrides: () => ({ secrets: { KEY: { from: 'no-secret/key' } } }), error: 'InstancesUnhealthy', reason: /no-secret\/key/ },
])('$service: ended in its time as $error', async ({ service, overrides, behaviour, error, reason, started }) => {
  const id = await at.release(await at.repository(service, { ...QUICK, ...overrides() }, behaviour), 'first');
  const { status } = await at.client.over(id, 110_000);
  expect(status).toMatchObject({ kind: 'failed', error, reason: expect.stringMatching(reason) });
  if (started === true) {
    const pids = readFileSync(join(at.folder, service), 'utf8').split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await eventually('nothing of it runs any more', async () => (await Promise.all(pids.map(isAlive))).every((alive) => !alive));
  }
  await eventually('no instance is left', async () => (await at.client.service(service)).places.every((place) => (place.observed?.instances.length ?? 0) === 0));
}, 120_000);
