/** A service without requests: its canary is a share of its instances, and its own counts decide. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JUDGE } from './rig/example-service.ts';
import { Installation } from './rig/installation.ts';

let at: Installation;
const ends: (() => void)[] = [];
beforeAll(async () => {
  at = await Installation.start();
}, 60_000);
afterAll(async () => {
  for (const end of ends) end();
  await at?.close();
}, 60_000);

const example = (name: string): string => readFileSync(new URL(`../../examples/worker/${name}`, import.meta.url), 'utf8');

/** Jobs into a folder, a steady stream of them: each whole before it has its name. */
function queueOf(service: string): string {
  const queue = join(at.folder, `queue-${service}`);
  mkdirSync(queue);
  let number = 0;
  const timer = setInterval(() => {
    for (let index = 0; index < 4; index++) {
      const name = String(number++).padStart(8, '0');
      writeFileSync(join(queue, `${name}.new`), JSON.stringify({ to: 'anna@example.com', text: name }));
      renameSync(join(queue, `${name}.new`), join(queue, `${name}.job`));
    }
  }, 40);
  ends.push(() => clearInterval(timer));
  return queue;
}

const overrides = (queue: string, parts: Record<string, unknown> = {}) => ({
  start: ['node', 'worker.js'], instances: 3, worker: {}, configuration: { QUEUE: queue }, environments: { staging: { configuration: { QUEUE: `${queue}-staging` } } }, approval: { required: false }, canary: { traffic: 25, duration: '3s', interval: '300ms', judge: JUDGE }, rollout: { batches: [60, 100], watch: '600ms', interval: '200ms', drain: 0 }, ...parts,
});

async function deployed(service: string, parts: Record<string, unknown> = {}) {
  const given = overrides(queueOf(service), parts);
  const repository = await at.repository(service, given);
  repository.write({ [`${service}/worker.js`]: example('worker.js'), [`${service}/package.json`]: example('package.json') });
  expect((await at.client.over(await at.release(repository, 'first'))).status).toMatchObject({ kind: 'succeeded' });
  return { repository, given };
}

const holdsOf = async (id: string) => (await at.client.pipeline(id)).deployments.find(({ deployment }) => deployment.environment === 'production')?.deployment.holds ?? [];

it.concurrent('a worker that does its work goes through, judged by what it says of itself', async () => {
  const { repository } = await deployed('steady');
  repository.write({ 'steady/worker.js': `${example('worker.js')}// another release\n` });
  const id = await at.release(repository, 'two');
  expect((await at.client.over(id)).status).toMatchObject({ kind: 'succeeded' });
  const canary = (await holdsOf(id)).find(({ stage }) => stage === 'canary');
  expect(canary?.verdict?.kind).toBe('promote');
  expect(canary?.verdict?.evidence.candidate.requests).toBeGreaterThan(5);
  expect(canary?.verdict?.evidence.candidate.failures).toBe(0);
  expect(canary?.verdict?.evidence.stable?.requests).toBeGreaterThan(5);
  expect(Object.keys((await at.client.place('steady', 'production')).desired.revisions)).toEqual(['steady-2-production']);
}, 180_000);

it.concurrent('a worker that fails its messages is taken back from its share', async () => {
  const { repository } = await deployed('failing');
  repository.write({ 'failing/worker.js': example('worker.js').replace("if (typeof to", "if (counts.handled % 2 === 1 || typeof to") });
  const id = await at.release(repository, 'two');
  expect((await at.client.over(id)).status).toMatchObject({ kind: 'failed', error: 'CandidateWorse' });
  const verdict = (await holdsOf(id)).at(-1)?.verdict;
  expect(verdict?.evidence.candidate.failuresByClass).toMatchObject({ refused: expect.any(Number) });
  expect(verdict?.evidence.candidate.failures).toBeGreaterThan(0);
  expect((await at.client.place('failing', 'production')).desired).toMatchObject({ stable: 'failing-1-production', deployment: null });
}, 180_000);

it.concurrent('a worker that tells no counts is not waved through', async () => {
  const { repository } = await deployed('silent');
  repository.write({ 'silent/worker.js': example('worker.js').replace('worker_handled_total $', 'something_else_total $') });
  const { status } = await at.client.over(await at.release(repository, 'two'));
  expect(status).toMatchObject({ kind: 'failed', error: 'InvalidInput' });
  expect(status).toHaveProperty('reason', expect.stringContaining('there is no counter worker_handled_total'));
}, 180_000);
