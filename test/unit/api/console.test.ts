/** What the console asks for: the overview, sessions, weights over time, how far executions are, pipelines of all services. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { executionDefinition, executionProgress, statesOf } from '../../../src/app/execution-progress.ts';
import { weightsOverTime } from '../../../src/app/weights-over-time.ts';
import { desire, nothingDesired } from '../../../src/app/state/desire.ts';
import { findDesired } from '../../../src/app/state/documents.ts';
import type { HistoryEvent } from '../../../src/ports/orchestrator.ts';
import { apiRig, ROLES_FILE, withService, type ApiRig } from './rig.ts';

let at: ApiRig;
beforeEach(async () => {
  at = apiRig();
  await withService(at, 'catalog', 'shop');
  await withService(at, 'payments', 'pay');
});
afterEach(() => at.close());

const PLACE = ['catalog', 'production'] as never as [never, never];

describe('overview', () => {
  it('shows each service with the environments that the caller may see, in parts or alone', async () => {
    const all = await at.ask<{ service: string; team: string; places: { environment: string }[]; running: { pipeline: string }[] }[]>('GET', '/v1/overview?limit=1');
    expect(all.body).toMatchObject([{ service: 'catalog', team: 'shop', running: [{ pipeline: 'catalog-1', version: '1.0.0', stage: 'starting', cause: 'deploy' }] }]);
    expect(all.headers.get('link')).toContain('rel="next"');
    expect((await at.ask('GET', '/v1/overview?service=payments')).body).toMatchObject([{ service: 'payments' }]);
    at.environments.text = ROLES_FILE;
    const stan = await at.ask<{ places: { environment: string }[] }[]>('GET', '/v1/overview', { as: 'stan' });
    expect(stan.body.map(({ places }) => places.map(({ environment }) => environment))).toEqual([['staging'], ['staging']]);
    expect((await at.ask<{ service: string }[]>('GET', '/v1/overview', { as: 'pia' })).body.map(({ service }) => service)).toEqual(['payments']);
  });
});

describe('weights over time', () => {
  const set = async (weights: Record<string, number>) => {
    at.clock.advance(1000);
    const current = await findDesired(at.ports.store, ...PLACE);
    await at.ports.store.transact(desire(current, { ...(current?.value ?? nothingDesired(...PLACE, 'process', { by: 'request' })), weights }, { by: 'dora' as never, at: at.clock.now(), reason: 'test', commit: null }).writes);
    return at.clock.now();
  };

  it('says each change once, and what was in force when the time begins', async () => {
    await set({ a: 100 });
    const second = await set({ a: 90, b: 10 });
    await set({ a: 90, b: 10 });
    const third = await set({ b: 100 });
    const points = await weightsOverTime(at.ports)({ service: PLACE[0], environment: PLACE[1], limit: 100 });
    expect(points.map(({ weights }) => weights)).toEqual([{}, { a: 100 }, { a: 90, b: 10 }, { b: 100 }]);
    const since = await at.ask<{ at: number; weights: unknown }[]>('GET', `/v1/services/catalog/environments/production/weights?since=${second + 1}`);
    expect(since.body.map(({ weights }) => weights)).toEqual([{ a: 90, b: 10 }, { b: 100 }]);
    expect((await at.ask<unknown[]>('GET', `/v1/services/catalog/environments/production/weights?until=${third - 1}&limit=1`)).body).toMatchObject([{ weights: { a: 90, b: 10 } }]);
    expect((await at.ask('GET', `/v1/services/catalog/environments/production/weights?since=${third}&until=${second}`)).status).toBe(400);
  });
});

describe('how far executions are', () => {
  const event = (id: number, type: string, state?: string, previousId = id - 1): HistoryEvent => ({ id, previousId, at: id * 10, type, ...(state === undefined ? {} : { state }) });

  it('counts what was entered, left and failed, by state', () => {
    const states = statesOf([
      event(1, 'ExecutionStarted'), event(2, 'TaskStateEntered', 'Plan'), event(3, 'TaskScheduled'), event(4, 'TaskFailed'), event(5, 'TaskScheduled'), event(6, 'TaskSucceeded'), event(7, 'TaskStateExited', 'Plan'),
      event(8, 'WaitStateEntered', 'Wait'), event(9, 'WaitStateExited', 'Wait'), event(10, 'WaitStateEntered', 'Wait'),
    ]);
    expect(states).toEqual({
      Plan: { entered: 1, exited: 1, failed: 1, enteredAt: 20, exitedAt: 70 },
      Wait: { entered: 2, exited: 1, failed: 0, enteredAt: 100, exitedAt: 90 },
    });
  });

  it('names who started a nested execution, and gives the machine of an execution of this pipeline only', async () => {
    const scheduled = { ...event(3, 'TaskScheduled'), detail: { parameters: { StateMachineArn: 'arn:aws:states:local:000000000000:stateMachine:staging', Name: 'catalog-1-staging-staging-0-0' } } };
    const histories: Record<string, HistoryEvent[]> = { 'catalog-1': [event(1, 'ExecutionStarted'), event(2, 'TaskStateEntered', 'Staging'), scheduled], 'catalog-1-staging-staging-0-0': [event(1, 'ExecutionStarted')] };
    const orchestrator = {
      describe: async (machine: string, name: string) => (histories[name] === undefined ? undefined : { machine, name, status: 'RUNNING', startedAt: 1, input: {} }), history: async (_machine: string, name: string) => histories[name] ?? [],
      definition: async () => ({ StartAt: 'Plan', States: {} }),
    } as never;
    const progress = await executionProgress({ orchestrator })('catalog-1' as never);
    expect(progress.map(({ name, startedBy }) => ({ name, startedBy }))).toEqual([{ name: 'catalog-1', startedBy: null }, { name: 'catalog-1-staging-staging-0-0', startedBy: { name: 'catalog-1', state: 'Staging' } }]);
    await expect(executionDefinition({ orchestrator })('catalog-1' as never, 'pipeline', 'catalog-1')).resolves.toMatchObject({ StartAt: 'Plan' });
    await expect(executionDefinition({ orchestrator })('catalog-1' as never, 'pipeline', 'catalog-12')).rejects.toThrow('has no execution of pipeline named "catalog-12"');
  });
});

describe('pipelines of all services', () => {
  it('are found by service, team, environment, outcome and time, newest first, in parts', async () => {
    at.clock.advance(3 * 86_400_000);
    await withService(at, 'search', 'shop');
    const ids = async (query: string, as = 'owner') => (await at.ask<{ id: string }[]>('GET', `/v1/pipelines${query}`, { as })).body.map(({ id }) => id);
    await expect(ids('')).resolves.toEqual(['search-1', 'payments-1', 'catalog-1']);
    await expect(ids('?team=shop')).resolves.toEqual(['search-1', 'catalog-1']);
    await expect(ids('?service=payments')).resolves.toEqual(['payments-1']);
    await expect(ids('?outcome=succeeded')).resolves.toEqual([]);
    await expect(ids(`?since=${at.clock.now() - 86_400_000}`)).resolves.toEqual(['search-1']);
    await expect(ids(`?environment=production&until=${at.clock.now() - 86_400_000}`)).resolves.toEqual(['payments-1', 'catalog-1']);
    const first = await at.ask<{ id: string }[]>('GET', '/v1/pipelines?limit=1');
    expect(first.body.map(({ id }) => id)).toEqual(['search-1']);
    const next = /<([^>]*)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(next).toContain('cursor=');
    at.environments.text = ROLES_FILE;
    await expect(ids('', 'pia')).resolves.toEqual(['payments-1']);
    expect((await at.ask('GET', `/v1/pipelines?since=1&until=${400 * 86_400_000}`)).status).toBe(400);
    expect(await at.ask('GET', '/v1/pipelines?since=yesterday')).toMatchObject({ status: 400, body: { detail: 'since: a time such as 2026-11-20T10:00:00Z, or milliseconds since the epoch' } });
    expect((await at.ask('GET', '/v1/pipelines?cursor=nonsense')).status).toBe(400);
  });
});

describe('what was shown', () => {
  it('a deployment with another plan than the one shown is refused, and so is a rollback of another desired state', async () => {
    const stale = await at.ask('POST', '/v1/services/catalog/environments/production/rollback', { body: {}, headers: { 'if-match': '"something-else"' } });
    expect([stale.status, stale.body['title']]).toEqual([412, 'PreconditionFailed']);
    const without = await at.ask('POST', '/v1/deployments', { body: { service: 'catalog', version: '1.0.0', plan: 'a'.repeat(64) } });
    expect([without.status, without.body['detail']]).toEqual([400, expect.stringContaining('A plan is of one environment')]);
  });
});
