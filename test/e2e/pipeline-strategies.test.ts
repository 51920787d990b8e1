/** Every strategy brings a good release in without a failed request, and takes a bad one back. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { program } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

const NOBODY_ASKED = { approval: { required: false } };
const entered = async (id: string, machine: string): Promise<string[]> =>
  (await at.client.history(id)).filter((view) => view.machine === machine).flatMap((view) => view.events).filter((event) => event.type.endsWith('StateEntered')).map((event) => event.state ?? '');

it.concurrent.each([
  { strategy: 'canary', canary: true },
  { strategy: 'rolling', canary: false },
  { strategy: 'blue-green', canary: false },
  { strategy: 'all-at-once', canary: false },
] as const)('$strategy: a good release comes in with no failed request, a bad one does not stay', async ({ strategy, canary }) => {
  const service = `svc-${strategy}`;
  const watched = { batches: [50, 100], watch: '600ms', interval: '150ms', drain: '1s' };
  const repository = await at.deployed(service, { strategy, rollout: watched, ...NOBODY_ASKED });
  const load = await at.load(service);
  repository.write({ [`${service}/server.js`]: program({ says: 'two' }) });
  const good = await at.release(repository, 'two');
  expect((await at.client.over(good)).status).toMatchObject({ kind: 'succeeded' });
  await at.healthy(service, 2);
  expect((await entered(good, 'pipeline')).includes('Canary')).toBe(canary);
  await load.stop();
  expect({ failed: load.failed, answers: [...load.answers.keys()].sort() }).toEqual({ failed: 0, answers: ['one', 'two'] });

  const more = await at.load(service);
  repository.write({ [`${service}/server.js`]: program({ says: 'bad', failOneIn: 1 }) });
  const bad = await at.client.over(await at.release(repository, 'bad'));
  await more.stop();
  expect(bad.status).toMatchObject({ kind: 'failed', error: 'CandidateWorse' });
  const { observed } = await at.healthy(service, 2);
  expect(observed.weights).toEqual({ [`${service}-2-production`]: 100 });
  expect(await fetch(await at.endpoint(service)).then(async (answer) => answer.text())).toBe('two');
}, 180_000);

it.concurrent('several canary steps and instances, each step with its own share', async () => {
  const repository = await at.deployed('steps', { instances: 4, canary: { traffic: [5, 20, 40], duration: '200ms', interval: '100ms', judge: { minimumRequests: 1, maximumLatencyRatio: 100_000, onInconclusive: 'extend', extensions: 20 } }, ...NOBODY_ASKED });
  const load = await at.load('steps');
  repository.write({ 'steps/server.js': program({ says: 'two' }) });
  const id = await at.release(repository, 'two');
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
  await load.stop();
  expect(load.failed).toBe(0);
  const audit = await at.client.get<{ after: { weights: Record<string, number> }; why: string }[]>('/v1/services/steps/environments/production/audit?limit=100');
  const shares = audit.filter(({ why }) => why.startsWith(id) && /, batch \d+$/.test(why)).reverse().map(({ after }) => after.weights[`${id}-production`]);
  expect(shares).toEqual([5, 20, 40, 50, 100]);
}, 120_000);
