/** The main job: a push goes through staging, canary, approval and rollout, and no request fails on the way. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Installation } from './rig/installation.ts';
import { program } from './rig/example-service.ts';

describe('a push to full rollout', () => {
  let at: Installation;
  beforeAll(async () => {
    at = await Installation.start();
  }, 60_000);
  afterAll(async () => at?.close(), 60_000);

  it('takes a first release and a good second one through everything, without a failed request', async () => {
    const tests = [{ name: 'front page', http: { path: '/', expect: { body: 'o' } } }, { name: 'command', command: ['node', '-e', 'fetch(process.env.BASE_URL).then((answer) => process.exit(answer.ok ? 0 : 1))'] }];
    const catalog = await at.deployed('catalog', { tests });
    const load = await at.load('catalog');
    catalog.write({ 'catalog/server.js': program({ says: 'two' }) });
    const id = await at.release(catalog, 'two');
    const approval = await at.client.waiting('catalog');
    expect((await at.client.place('catalog', 'production')).observed.weights).toEqual({ [`catalog-1-production`]: 90, [`catalog-2-production`]: 10 });
    expect(load.answers.get('two') ?? 0).toBeGreaterThan(0);
    expect((await at.client.slackButton('approve', approval, 'U0ANNA')).body.text).toContain('anna approved catalog');
    expect((await at.client.over(id)).status.kind).toBe('succeeded');
    const { desired, observed } = await at.healthy('catalog', 2);
    expect(observed.weights).toEqual({ 'catalog-2-production': 100 });
    expect(desired).toMatchObject({ stable: 'catalog-2-production', deployment: null });
    expect(new Set(observed.instances.map((instance) => instance.zone))).toEqual(new Set(['a', 'b']));
    const answered = await fetch(await at.endpoint('catalog')).then(async (response) => response.text());
    expect(answered).toBe('two');
    await load.stop();
    expect({ failed: load.failed, answers: [...load.answers.keys()].sort() }).toEqual({ failed: 0, answers: ['one', 'two'] });
    const { deployments } = await at.client.pipeline(id);
    expect(deployments[0]?.tests.map((test) => [test.name, test.outcome])).toEqual([['command', 'passed'], ['front page', 'passed']]);
    expect(new Set(deployments.map(({ deployment }) => deployment.plan.digest)).size).toBe(1);
    const entered = (await at.client.history(id)).filter((view) => view.machine === 'pipeline').flatMap((view) => view.events).filter((event) => event.type.endsWith('StateEntered')).map((event) => event.state);
    for (const [earlier, later] of [['Staging', 'Canary'], ['Canary', 'ApprovalUnderWatch'], ['ApprovalUnderWatch', 'Rollout'], ['Rollout', 'Complete']]) expect(entered.indexOf(earlier)).toBeLessThan(entered.lastIndexOf(later));
  }, 120_000);
});
