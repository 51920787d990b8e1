/** The same verbs when calls are refused for their number, or applied without an answer, or answered by an older state. */
import { randomBytes } from 'node:crypto';
import { DescribeRulesCommand, DescribeTargetGroupsCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ecsRig, type EcsRig } from './ecs-rig.ts';
import { said, verbsOf } from './verbs.ts';

let rig: EcsRig;
let on: ReturnType<typeof verbsOf>;
beforeEach(async () => {
  rig = await ecsRig();
  on = verbsOf(rig.target);
});
afterEach(() => rig.close());

const calls = (action: string) => rig.proxy.calls.filter((call) => call.action === action).length;
const groups = async () => (await rig.foreign.balancers.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.filter(({ VpcId }) => VpcId === rig.network.vpc).length;

describe('an answer that is lost after the call was applied', () => {
  it.each([
    ['elasticloadbalancing', 'CreateTargetGroup'], ['elasticloadbalancing', 'CreateRule'], ['ecs', 'RegisterTaskDefinition'], ['ecs', 'CreateService'], ['ecs', 'UpdateService'], ['elasticloadbalancing', 'ModifyRule'],
  ])('%s %s makes nothing twice', async (service, action) => {
    const met = rig.proxy.inject({ service, action, fault: { kind: 'lost answer' } });
    // Task families are kept for ever, also those of other tests: this environment is new.
    const environment = `e${randomBytes(4).toString('hex')}x`;
    const [spec, candidate] = [rig.spec({ environment, revision: `catalog-1-${environment}` }), rig.spec({ environment, revision: `catalog-2-${environment}` })];
    await said(() => on.launch(spec, 1));
    await said(() => on.launch(candidate, 1));
    await said(() => on.launch(candidate, 2));
    await on.healthy(candidate, 2);
    await on.healthy(spec, 1);
    expect((await said(() => on.route(spec, { [spec.revision]: 90, [candidate.revision]: 10 }))).inForce).toEqual({ [spec.revision]: 90, [candidate.revision]: 10 });
    expect(met()).toBe(1);
    expect(await groups()).toBe(2);
    const { taskDefinitionArns } = await rig.foreign.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: `slipway-${candidate.revision}` }));
    // The fault meets the first revision's family: the client sends that registration again by itself, and the service uses the newer one.
    expect(taskDefinitionArns).toHaveLength(1);
  });
});

describe('too many calls', () => {
  it('are tried again by the client, and told as passing when that does not help', async () => {
    const spec = rig.spec();
    rig.proxy.inject({ service: 'ecs', action: 'CreateService', times: 2, fault: { kind: 'throttle' } });
    await on.launch(spec, 1);
    await on.healthy(spec, 1);
    rig.proxy.inject({ service: 'ecs', action: 'DescribeServices', times: 10, fault: { kind: 'throttle' } });
    await expect(on.see(spec)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('calls a second') });
  });

  it('observe many services with one list, ten services a call and a hundred tasks a call', async () => {
    const spec = rig.spec();
    const names = Array.from({ length: 12 }, (_, index) => rig.spec({ revision: `catalog-${index + 1}-env${String.fromCharCode(97 + index)}`, environment: `env${String.fromCharCode(97 + index)}`, settings: { ...spec.settings, rule: { priority: 100 + index, paths: [`/${index}`] } } }));
    for (const one of names) await on.launch(one, 1);
    for (const one of names) await on.healthy(one, 1);
    const before = rig.proxy.calls.length;
    const { services } = await rig.target.observe({ verb: 'observe', refs: names.map((one) => on.placeOf(one)) });
    expect(services.map(({ environment, instances }) => [environment, instances.length])).toEqual(names.map(({ environment }) => [environment, 1]));
    const made = rig.proxy.calls.slice(before).map(({ action }) => action);
    const count = (action: string) => made.filter((one) => one === action).length;
    expect({ rules: count('DescribeRules'), lists: count('ListServices'), services: count('DescribeServices'), tasks: count('DescribeTasks'), listsOfTasks: count('ListTasks') }).toEqual({ rules: 1, lists: 1, services: 2, tasks: 1, listsOfTasks: 1 });
  });
});

describe('an older state', () => {
  it('of the list of target groups does not make a second one', async () => {
    const spec = rig.spec();
    const met = rig.proxy.inject({ service: 'elasticloadbalancing', action: 'DescribeTargetGroups', times: 1, fault: { kind: 'error', status: 400, code: 'TargetGroupNotFound', message: 'not yet' } });
    await on.launch(spec, 1);
    rig.proxy.inject({ service: 'elasticloadbalancing', action: 'DescribeTargetGroups', times: 1, fault: { kind: 'error', status: 400, code: 'TargetGroupNotFound', message: 'not yet' } });
    await said(() => on.launch(spec, 2));
    await on.healthy(spec, 2);
    expect(met()).toBe(1);
    expect(await groups()).toBe(1);
  });

  it('of a service does not make a second one', async () => {
    const spec = rig.spec();
    // An answer without services, as of a moment before it was made.
    const stale = () => rig.proxy.inject({ service: 'ecs', action: 'DescribeServices', times: 1, fault: { kind: 'error', status: 200, code: 'x', message: 'x' } });
    await on.launch(spec, 1);
    stale();
    await said(() => on.launch(spec, 1));
    expect(await on.healthy(spec, 1)).toMatchObject({ instances: [expect.anything()] });
    await expect(said(() => { stale(); return on.launch(spec, 1, 2); })).rejects.toMatchObject({ name: 'Conflict' });
    expect((await on.healthy(spec, 1)).instances).toHaveLength(1);
  });
});

describe('generations', () => {
  it('one that is overtaken between two calls of a verb stops there', async () => {
    const spec = rig.spec();
    rig.proxy.shim(async ({ action }) => {
      if (action === 'CreateTargetGroup') rig.setGeneration(2);
      return undefined;
    });
    await expect(on.launch(spec, 1, 1)).rejects.toMatchObject({ name: 'StaleGeneration' });
    expect([calls('CreateTargetGroup'), calls('ModifyTargetGroupAttributes'), calls('CreateRule'), calls('CreateService')]).toEqual([1, 0, 0, 0]);
    await on.launch(spec, 1, 2);
    await on.healthy(spec, 1);
    expect(await groups()).toBe(1);
  });

  it('weights that an older writer let through late wrote over are written again', async () => {
    const [spec, candidate] = [rig.spec(), rig.spec({ revision: 'catalog-2-production' })];
    await Promise.all([on.launch(spec, 1), on.launch(candidate, 1)]);
    await on.healthy(spec, 1);
    await on.healthy(candidate, 1);
    let late = 1;
    rig.proxy.shim(async ({ action }, _request, forward) => {
      if (action !== 'ModifyRule' || late === 0) return undefined;
      late -= 1;
      const answer = await forward();
      // Straight to the emulator: it had passed its fence long ago.
      const rule = (await rig.foreign.balancers.send(new DescribeRulesCommand({ ListenerArn: rig.network.listener }))).Rules?.find(({ Priority }) => Priority === '10');
      const [one, other] = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
      await rig.direct.send(new ModifyRuleCommand({ RuleArn: rule?.RuleArn, Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ ...one, Weight: 50 }, { ...other, Weight: 50 }] } }] }));
      return answer;
    });
    expect((await on.route(spec, { [spec.revision]: 100 })).inForce).toEqual({ [spec.revision]: 100 });
    expect((await on.see(spec)).weights).toEqual({ [spec.revision]: 100 });
  });
});
