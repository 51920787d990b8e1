/** A planted secret reaches the instance that asks for it, and nothing else: no store, journal, log, answer, artifact or evidence. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { program, QUICK } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';

const SECRET = 'planted-7f3a9c1e5b-do-not-find-me';
/** Where it may be: the file it was put into. Commands of the team's own may not have it either. */
const MAY_HOLD = 'secrets/';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

/** Every file of the installation that holds it, also inside of compressed ones. */
function holders(folder: string): string[] {
  const forms = [SECRET, Buffer.from(SECRET).toString('base64'), Buffer.from(SECRET).toString('hex'), encodeURIComponent(SECRET)].map((form) => Buffer.from(form));
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const contents = bytes[0] === 0x1f && bytes[1] === 0x8b ? [bytes, gunzipSync(bytes)] : [bytes];
    return contents.some((content) => forms.some((form) => content.includes(form))) ? [path.slice(folder.length + 1)] : [];
  });
}

it('is found nowhere after a first release, a failing one, tests, a gate, a relaunch and all questions', async () => {
  const { home } = at.client;
  mkdirSync(join(home.secrets, 'keeper'), { mode: 0o700 });
  writeFileSync(join(home.secrets, 'keeper', 'key'), `${SECRET}\n`, { mode: 0o600 });
  const print = ['node', '-e', 'console.log(JSON.stringify(process.env))'];
  const overrides = {
    ...QUICK, secrets: { API_KEY: { from: 'keeper/key' } }, build: { test: print }, tests: [{ name: 'environment', command: print }],
    gates: [{ kind: 'command', name: 'environment', stage: 'rollout', when: 'before', command: print }],
  };
  const repository = await at.deployed('keeper', overrides, { variable: 'API_KEY' });
  const endpoint = await at.endpoint('keeper');
  expect(await fetch(`${endpoint}/variable`).then(async (answer) => answer.text())).toBe(SECRET);
  repository.write({ 'keeper/server.js': program({ variable: 'API_KEY', neverHealthy: true }).replace("console.log('started", "console.log('began") , 'keeper/slipway.yaml': JSON.stringify({ service: 'keeper', team: 'shop', start: ['node', 'server.js'], ...overrides, health: { path: '/health', startWithin: '1s', interval: '200ms' } }) });
  const failed = await at.release(repository, 'never healthy');
  expect((await at.client.over(failed)).status.kind).toBe('failed');
  await at.healthy('keeper', 2);

  const paths = ['/v1/services', '/v1/services/keeper', '/v1/services/keeper/pipelines', '/v1/pipelines/keeper-1', '/v1/pipelines/keeper-1/history', `/v1/pipelines/${failed}`, `/v1/pipelines/${failed}/history`, '/v1/deliveries', '/v1/alerts', '/v1/environments', '/v1/repositories', '/v1/targets', '/v1/approvals', '/v1/services/keeper/environments/production/logs', '/v1/services/keeper/environments/production/audit', '/v1/services/keeper/environments/staging/logs'];
  for (const path of paths) {
    const { status, text } = await at.client.ask('GET', path);
    expect([path, status, text.includes(SECRET)]).toEqual([path, 200, false]);
  }
  expect((await at.client.slack('status keeper', 'U0ANNA')).text).not.toContain(SECRET);
  expect(at.log.filter((line) => line.includes(SECRET))).toEqual([]);
  // A file that goes while they are read is looked for again.
  expect(await eventually('all files are read', () => holders(home.root).filter((path) => !path.startsWith(MAY_HOLD)))).toEqual([]);
  await at.controlPlane.close();
  expect(await eventually('the closed files too', () => holders(home.root).filter((path) => !path.startsWith(MAY_HOLD)))).toEqual([]);
  await at.startControlPlane();
  // The search itself works: what it looks for is there where it was put.
  expect(holders(home.root)).toEqual(['secrets/keeper/key']);
}, 120_000);
