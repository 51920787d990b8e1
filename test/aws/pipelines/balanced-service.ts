/** What every service behind a load balancer goes through, whatever its instances are: the same pipelines on each such target. */
import { DescribeRulesCommand, DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decide, pendingApprovals } from '../../../src/app/decide.ts';
import { rollback } from '../../../src/app/deploy.ts';
import { reconcile } from '../../../src/app/reconcile.ts';
import { EnvironmentName, Identity, RevisionId } from '../../../src/domain/ids.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import { forwardsOf } from '../../../src/targets/_aws/load-balancer/rule.ts';
import { percentsOf } from '../../../src/targets/_aws/load-balancer/weights.ts';
import { targetGroupName } from '../../../src/targets/_aws/names.ts';
import type { Rule as FaultRule } from '../faults.ts';
import { clientSettings } from '../emulator.ts';
import type { AwsInstallation } from './installation.ts';

const TEST_MS = 300_000;
export const PRIORITIES = { staging: 10, production: 20 } as const;
type Place = keyof typeof PRIORITIES;

export interface Wanted {
  /** Configuration that the revision carries. */
  readonly greeting: string;
  readonly manifest?: object;
}

/** What is different from target to target. `hand` is somebody with a client of his own, who knows nothing of Slipway. */
export interface BalancedService {
  readonly aws: AwsInstallation;
  readonly listener: string;
  /** Starts the release of something new. */
  start(what: Wanted): Promise<Pipeline>;
  readonly hand: {
    /** Ends one running instance of the revision. */
    endOne(revision: string): Promise<void>;
    /** Asks the platform for another number of instances. */
    setCount(revision: string, count: number): Promise<void>;
    count(revision: string): Promise<number>;
    /** What the platform starts the revision's instances with: the value of GREETING, and the reference of the secret. */
    startedWith(revision: string): Promise<{ readonly greeting: string | undefined; readonly secret: string | undefined }>;
    /** Whether the platform has anything of the revision left besides its target group. */
    isThere(revision: string): Promise<boolean>;
  };
  /** Every instance that is there while this is true fails its health checks. */
  allFail(fail: boolean): void;
  /** Calls of this target that fail on the way of a good release. */
  readonly faults: readonly FaultRule[];
  close(): Promise<void>;
}

export const manifestOf = (service: string, kind: string, { greeting, manifest = {} }: Wanted, more: object = {}): string => JSON.stringify({
  service, team: 'shop', target: kind, start: ['node', 'server.js'], instances: 2, health: { path: '/health', interval: '5s', startWithin: '60s' },
  configuration: { GREETING: greeting }, secrets: { DATABASE_URL: { from: 'shop/database' } }, resources: { memory: '512Mi', cpu: 0.25 },
  canary: { traffic: 10, duration: '2s', interval: '500ms', judge: { minimumRequests: 200, onInconclusive: 'extend', extensions: 20 } },
  rollout: { batches: [50, 100], watch: '1s', interval: '500ms', drain: 0 }, approval: { required: false }, ...more, ...manifest,
});

export function balancedPipelines(kind: string, begin: () => Promise<BalancedService>): void {
  describe(`a service on ${kind}`, () => {
    const balancers = new ElasticLoadBalancingV2Client(clientSettings());
    let on: BalancedService;
    let stable = '';
    beforeAll(async () => void (on = await begin()), TEST_MS);
    afterAll(async () => {
      await on.close();
      balancers.destroy();
    }, TEST_MS);

    const revisionOf = ({ id }: Pick<Pipeline, 'id'>, place: Place = 'production'): string => `${id}-${place}`;
    const groupOf = (revision: string, place: Place = 'production'): string =>
      targetGroupName({ service: on.aws.service, environment: EnvironmentName.parse(place), revision: RevisionId.parse(revision) }, on.listener);
    const groupArn = async (revision: string, place: Place = 'production') => (await balancers.send(new DescribeTargetGroupsCommand({ Names: [groupOf(revision, place)] })).catch(() => null))?.TargetGroups?.[0]?.TargetGroupArn;
    const ruleAt = async (place: Place) => (await balancers.send(new DescribeRulesCommand({ ListenerArn: on.listener }))).Rules?.find(({ Priority }) => Priority === String(PRIORITIES[place]));
    /** In force at the load balancer, by the ARN's name of the group. */
    const weights = async (place: Place = 'production'): Promise<Record<string, number>> => {
      const rule = await ruleAt(place);
      return rule === undefined ? {} : Object.fromEntries(forwardsOf(rule).filter(({ weight }) => weight > 0).map(({ arn, weight }) => [arn.split('/')[1] ?? '', weight]));
    };
    const answers = async (place: 'production'): Promise<void> => {
      const { ports, service } = on.aws;
      await on.aws.eventually('a person is asked', async () => (await pendingApprovals(ports, service)).length > 0);
      await decide(ports)({ service, environment: EnvironmentName.parse(place), decision: 'approve', by: Identity.parse('ben'), comment: 'looks good' });
    };

    it('a first release that never becomes healthy is taken back whole, and repair finds nothing to do', async () => {
      on.allFail(true);
      const pipeline = await on.start({ greeting: 'zero', manifest: { health: { path: '/health', interval: '5s', startWithin: '5s' } } }).then(({ id }) => on.aws.ended(id)).finally(() => on.allFail(false));
      expect(pipeline.status).toMatchObject({ kind: 'failed', error: 'InstancesUnhealthy' });
      expect(await on.aws.desired('staging')).toMatchObject({ deployment: null, stable: null, revisions: {} });
      const revision = revisionOf(pipeline, 'staging');
      await on.aws.eventually('nothing is left of it', async () => !(await on.hand.isThere(revision)) && (await groupArn(revision, 'staging')) === undefined);
      expect(await weights('staging')).toEqual({});
      expect(await reconcile(on.aws.ports)({ places: 'all' })).toMatchObject({ drifted: [] });
    }, TEST_MS);

    it('its first release that is good goes through staging to production', async () => {
      const pipeline = await on.aws.ended((await on.start({ greeting: 'one' })).id);
      expect(pipeline.status).toMatchObject({ kind: 'succeeded' });
      stable = revisionOf(pipeline);
      expect(await on.aws.desired('production')).toMatchObject({ stable, deployment: null, weights: { [stable]: 100 } });
      expect(await weights()).toEqual({ [groupOf(stable)]: 100 });
      expect(await weights('staging')).toEqual({ [groupOf(revisionOf(pipeline, 'staging'), 'staging')]: 100 });
      expect(await on.hand.startedWith(stable)).toEqual({ greeting: 'one', secret: expect.stringContaining('shop/database') });
    }, TEST_MS);

    it('a good release is judged by what CloudWatch counted, approved by a person, and takes all traffic', async () => {
      const before = on.aws.proxy.calls.length;
      const pipeline = await on.start({ greeting: 'two', manifest: { approval: { required: true, approvers: ['ben'] } } });
      await answers('production');
      expect((await on.aws.ended(pipeline.id)).status).toMatchObject({ kind: 'succeeded' });
      const revision = revisionOf(pipeline);
      expect(await weights()).toEqual({ [groupOf(revision)]: 100 });
      expect(await on.hand.startedWith(revision)).toMatchObject({ greeting: 'two' });
      const made = on.aws.proxy.calls.slice(before);
      // The counts were read as the environment's reader, which the target's role is not.
      expect(made.filter(({ action, resource }) => action === 'AssumeRole' && resource.endsWith('-reader')).length).toBeLessThanOrEqual(1);
      expect(made.filter(({ action, function: caller }) => action === 'GetMetricData' && caller === 'slipway-judge').length).toBeGreaterThan(2);
      const { value: deployment } = await on.aws.deployment(pipeline, 'production');
      const canary = deployment.holds.find(({ stage }) => stage === 'canary');
      expect(canary?.verdict).toMatchObject({ kind: 'promote', evidence: { candidate: { failures: 0 } } });
      expect(canary?.verdict?.evidence.candidate.requests).toBeGreaterThanOrEqual(200);
      stable = revision;
    }, TEST_MS);

    it.each([
      ['answers with failures', { fails: 0.3 }, 'failures.status5xx'],
      ['refuses connections', { refused: 1 }, 'failures.connection'],
    ] as const)('a release that %s is taken back from its canary, and stays at 0', async (_how, trouble, metric) => {
      const pipeline = await on.start({ greeting: `bad: ${metric}` });
      const revision = revisionOf(pipeline);
      const found: { arn?: string } = {};
      await on.aws.eventually('its target group is there', async () => (found.arn = await groupArn(revision)) !== undefined);
      on.aws.traffic.trouble.set(found.arn?.replace(/^.*:/, '') ?? '', trouble);
      expect((await on.aws.ended(pipeline.id)).status).toMatchObject({ kind: 'failed', error: 'CandidateWorse' });
      const { value: deployment } = await on.aws.deployment(pipeline, 'production');
      const verdict = deployment.holds.find(({ stage }) => stage === 'canary')?.verdict;
      expect(verdict).toMatchObject({ kind: 'abort' });
      const failures = verdict?.evidence.candidate.failuresByClass ?? {};
      expect(failures[metric.replace('failures.', '')]).toBeGreaterThan(0);
      expect(await weights()).toEqual({ [groupOf(stable)]: 100 });
      expect(await on.aws.desired('production')).toMatchObject({ stable, deployment: null, weights: { [stable]: 100 } });
      await on.aws.eventually('nothing is left of it', async () => (await groupArn(revision)) === undefined);
      expect(await weights()).toEqual({ [groupOf(stable)]: 100 });
    }, TEST_MS);

    it('what somebody changes by hand is changed back: an instance ended, weights, the number of instances, a target group of somebody else', async () => {
      await on.hand.endOne(stable);
      await on.hand.setCount(stable, 1);
      const rule = await ruleAt('production');
      const other = await groupArn(stable);
      const staging = forwardsOf((await ruleAt('staging'))!)[0]?.arn;
      await balancers.send(new ModifyRuleCommand({ RuleArn: rule?.RuleArn, Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: other, Weight: 1 }, { TargetGroupArn: staging, Weight: 1 }] } }] }));
      expect(percentsOf({ arn: '', groups: forwardsOf((await ruleAt('production'))!).map((group) => ({ ...group, revision: undefined })) })).not.toEqual({});
      await on.aws.eventually('all of it is as it was', async () => {
        const { instances } = await on.aws.observed('production');
        const healthy = instances.filter(({ revision, health }) => revision === stable && health === 'healthy').length;
        return healthy === 2 && (await on.hand.count(stable)) === 2 && JSON.stringify(await weights()) === JSON.stringify({ [groupOf(stable)]: 100 });
      });
    }, TEST_MS);

    it('a release goes through throttles, lost answers, cut connections, old answers and slow ones', async () => {
      const met = on.faults.map((rule) => on.aws.proxy.inject(rule));
      const pipeline = await on.aws.ended((await on.start({ greeting: 'three' })).id);
      expect(pipeline.status).toMatchObject({ kind: 'succeeded' });
      expect(on.faults.filter((_rule, index) => met[index]?.() === 0)).toEqual([]);
      const revision = revisionOf(pipeline);
      expect(await weights()).toEqual({ [groupOf(revision)]: 100 });
      expect(await on.hand.startedWith(revision)).toMatchObject({ greeting: 'three' });
      stable = revision;
    }, TEST_MS);

    it('a rollback by command brings the release before with its configuration and secrets, without a canary', async () => {
      const { ports, service } = on.aws;
      const pipeline = await rollback(ports)({ service, environment: EnvironmentName.parse('production'), by: Identity.parse('ben') });
      expect((await on.aws.ended(pipeline.id)).status).toMatchObject({ kind: 'succeeded' });
      const revision = revisionOf(pipeline);
      expect(await weights()).toEqual({ [groupOf(revision)]: 100 });
      expect(await on.hand.startedWith(revision)).toEqual({ greeting: 'two', secret: expect.stringContaining('shop/database') });
      expect((await on.aws.deployment(pipeline, 'production')).value.holds.filter(({ stage }) => stage === 'canary')).toEqual([]);
    }, TEST_MS);
  });
}
