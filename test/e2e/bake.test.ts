/** After all traffic has moved the release before is kept for a while, and a fault found then is undone by moving the traffic alone. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => at?.close(), 60_000);

const rollout = { batches: [50, 100], watch: '300ms', interval: '100ms', drain: '100ms' };
const baking = (id: string) => at.client.at(id, 'bakes', ({ deployments }) => deployments.some(({ deployment }) => deployment.stage === 'rollout' && deployment.plan.stages.rollout?.batches[deployment.batch]?.bake === true && deployment.holds.some(({ stage, batch, turns }) => stage === 'rollout' && batch === deployment.batch && turns > 0)));
const instancesOf = async (service: string, revision: string) => (await at.client.place(service, 'production')).observed.instances.filter((instance) => instance.revision === revision && instance.health === 'healthy').map(({ instance }) => instance).sort();

it.concurrent('a fault in the bake moves the traffic back to instances that never stopped', async () => {
  const turnBad = join(at.folder, 'turn-bad');
  const overrides = { configuration: { TURN_BAD: turnBad }, approval: { required: false }, rollout: { ...rollout, bake: { duration: '10m', interval: '100ms' } } };
  const repository = await at.deployed('baked', overrides);
  const before = await instancesOf('baked', 'baked-1-production');
  const load = await at.load('baked');
  repository.write({ 'baked/server.js': program({ says: 'two', failWhen: 'TURN_BAD' }) });
  const id = await at.release(repository, 'two');
  await baking(id);
  const { desired } = await at.client.place('baked', 'production');
  expect(desired).toMatchObject({ stable: 'baked-1-production', weights: { 'baked-2-production': 100 } });
  expect(Object.fromEntries(Object.entries(desired.revisions).map(([revision, { count }]) => [revision, count]))).toEqual({ 'baked-1-production': 2, 'baked-2-production': 2 });
  writeFileSync(turnBad, '');
  const { status } = await at.client.over(id);
  expect(status).toMatchObject({ kind: 'failed', error: 'CandidateWorse' });
  // The same processes, not new ones: nothing had to start.
  expect(await instancesOf('baked', 'baked-1-production')).toEqual(before);
  expect((await at.client.place('baked', 'production')).desired).toMatchObject({ stable: 'baked-1-production', weights: { 'baked-1-production': 100 }, deployment: null });
  expect(load.answers.get('one')).toBeGreaterThan(0);
  const machines = await at.client.history(id);
  const states = (machine: string) => machines.filter((execution) => execution.machine === machine).flatMap(({ events }) => events.flatMap(({ type, state }) => (type.endsWith('StateEntered') ? [state] : [])));
  expect(states('rollout')).toContain('Bake');
  // Traffic first, and before any capacity is asked for.
  expect(states('rollback').indexOf('MoveTraffic')).toBeGreaterThan(0);
  expect(states('rollback').indexOf('MoveTraffic')).toBeLessThan(states('rollback').indexOf('LaunchInstances'));
}, 180_000);

it.concurrent('a bake that finds nothing ends with the release before retired', async () => {
  const overrides = { approval: { required: false }, rollout: { ...rollout, bake: { duration: '1s', interval: '200ms', keep: 1 } } };
  const repository = await at.deployed('quiet', overrides);
  const load = await at.load('quiet');
  repository.write({ 'quiet/server.js': program({ says: 'two' }) });
  const id = await at.release(repository, 'two');
  expect((await at.client.over(id)).status.kind).toBe('succeeded');
  // Read when it is over: a bake of a second may begin and end between two looks.
  const { plan, holds } = (await at.client.pipeline(id)).deployments.find(({ deployment }) => deployment.environment === 'production')?.deployment ?? {};
  const batches = plan?.stages.rollout?.batches;
  expect(batches?.map(({ shrink }) => shrink)).toEqual([[], [{ revision: 'quiet-1-production', count: 1 }], [{ revision: 'quiet-1-production', count: 0 }]]);
  expect(Object.keys((await at.client.place('quiet', 'production')).desired.revisions)).toEqual(['quiet-2-production']);
  const hold = holds?.at(-1);
  expect([hold?.stage, batches?.[hold?.batch ?? -1]?.bake]).toEqual(['rollout', true]);
  expect(hold?.verdict).toMatchObject({ kind: 'promote', evidence: { stableFrom: 'an earlier hold' } });
  expect(load.failed).toBe(0);
}, 180_000);
