/** Counts of target groups and of versions, put into the emulated CloudWatch by another client, read as the environment's reader. */
import { setTimeout as pause } from 'node:timers/promises';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTargetGroupCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsByAccess } from '../../src/adapters/aws/calls/assumed-role.ts';
import { signedMetrics } from '../../src/adapters/aws/calls/signed-metrics.ts';
import { signedPlaces } from '../../src/adapters/aws/calls/signed-places.ts';
import { balancerSources, createCloudWatchMetrics, createLocate } from '../../src/adapters/aws/cloudwatch-metrics.ts';
import { systemClock } from '../../src/adapters/local/system-clock.ts';
import { EnvironmentName, RevisionId, ServiceName } from '../../src/domain/ids.ts';
import { quantileMs } from '../../src/domain/judge/quantile.ts';
import { balancerOf, targetGroupName } from '../../src/targets/_aws/names.ts';
import { specOf } from '../unit/targets/process/rig.ts';
import { clientSettings, CREDENTIALS, REGION, uniqueName } from './emulator.ts';
import { startFaultProxy, type FaultProxy } from './faults.ts';
import { cloudWatchShim } from './shims/cloudwatch.ts';
import { makeNetwork, type Network } from './shims/network.ts';
import { accessOf, roleParameters } from './targets/as-role.ts';

const [service, environment] = [ServiceName.parse(uniqueName('shop')), EnvironmentName.parse('production')];
const [stable, candidate, unlaunched] = [1, 2, 3].map((number) => RevisionId.parse(`${service}-${number}-production`)) as [RevisionId, RevisionId, RevisionId];
const access = accessOf('production');
const shim = cloudWatchShim({ sums: 'emulator' });
const hand = { balancers: new ElasticLoadBalancingV2Client(clientSettings()), metrics: new CloudWatchClient(clientSettings()) };
const groups = new Map<RevisionId, string>();
// One moment for everything: failures count with the requests of their minute, and counting begins anew every six hours.
const at = Date.now();
const clock = { ...systemClock, now: () => at };
let proxy: FaultProxy;
let network: Network;

beforeAll(async () => {
  proxy = await startFaultProxy();
  proxy.shim(shim.shim);
  proxy.deployRoles('production', roleParameters([], {}));
  network = await makeNetwork();
  for (const revision of [stable, candidate]) {
    const made = await hand.balancers.send(new CreateTargetGroupCommand({ Name: targetGroupName({ service, environment, revision }, network.listener), Protocol: 'HTTP', Port: 8080, VpcId: network.vpc, TargetType: 'ip' }));
    groups.set(revision, made.TargetGroups?.[0]?.TargetGroupArn ?? '');
  }
});
afterAll(async () => {
  for (const client of Object.values(hand)) client.destroy();
  await proxy.close();
});

const reader = () => callsByAccess({ own: { region: REGION, credentials: CREDENTIALS, endpoint: proxy.endpoint, caller: 'slipway-judge' }, session: 'slipway-judge', clock: systemClock });
function metrics(kind = 'ecs') {
  const call = reader();
  const specs = [stable, candidate, unlaunched].map((revision) => specOf({ service, revision, access }));
  return createCloudWatchMetrics({
    calls: (as) => signedMetrics(call(as)), clock,
    locate: createLocate({ placed: async () => ({ service, environment, target: kind, access, settings: { listener: network.listener }, specs }), targets: { ecs: balancerSources((as) => signedPlaces(call(as)), { group: targetGroupName, balancer: balancerOf }) } }),
  });
}
const dimensionsOf = (revision: RevisionId) => [{ Name: 'LoadBalancer', Value: network.balancer.replace(/^.*:loadbalancer\//, '') }, { Name: 'TargetGroup', Value: groups.get(revision)?.replace(/^.*:/, '') ?? '' }];
const put = (name: string, dimensions: readonly { Name: string; Value: string }[], value: number) =>
  hand.metrics.send(new PutMetricDataCommand({ Namespace: 'AWS/ApplicationELB', MetricData: [{ MetricName: name, Dimensions: [...dimensions], Timestamp: new Date(at), Value: value }] }));

describe('what a load balancer counted', () => {
  it('is read by the documented dimensions, revision by revision', async () => {
    await put('RequestCount', dimensionsOf(stable), 900);
    await put('HTTPCode_Target_5XX_Count', dimensionsOf(stable), 2);
    await put('HTTPCode_Target_4XX_Count', dimensionsOf(stable), 30);
    await put('RequestCount', dimensionsOf(candidate), 100);
    await put('TargetConnectionErrorCount', dimensionsOf(candidate), 60);
    // The load balancer's own answer to a refused connection has no target group: it is nobody's.
    await put('HTTPCode_ELB_5XX_Count', dimensionsOf(candidate).slice(0, 1), 60);
    // The same by zone are other metrics, which would count everything twice.
    await put('RequestCount', [{ Name: 'AvailabilityZone', Value: `${REGION}a` }, ...dimensionsOf(stable)], 450);
    shim.values.put('TargetResponseTime', dimensionsOf(stable)[1]?.Value ?? '', at, Array.from({ length: 900 }, () => 0.025));
    const { revisions } = await metrics().read(service, environment);
    expect(revisions[stable]).toMatchObject({ requests: 900, failures: { status5xx: 2, connection: 0 }, events: { status4xx: { total: 900, bad: 30 } } });
    expect(revisions[candidate]).toMatchObject({ requests: 100, failures: { status5xx: 0, connection: 60 } });
    expect(quantileMs(revisions[stable]!, 0.5)).toBeLessThanOrEqual(30);
    // Planned and not launched: nothing is counted of it, which is no evidence of anything.
    expect(revisions[unlaunched]).toBeUndefined();
  });

  it('comes late, and is then counted once', async () => {
    const before = (await metrics().read(service, environment)).revisions[candidate];
    await put('RequestCount', dimensionsOf(candidate), 40);
    const counted = metrics();
    expect((await counted.read(service, environment)).revisions[candidate]?.requests).toBe((before?.requests ?? 0) + 40);
    expect((await counted.read(service, environment)).revisions[candidate]?.requests).toBe((before?.requests ?? 0) + 40);
  });

  it('is read as the reader of the environment, and nothing is called as anybody else', async () => {
    const from = proxy.calls.length;
    await metrics().read(service, environment);
    const made = proxy.calls.slice(from);
    expect(made.filter(({ service: of }) => of === 'sts').map(({ resource }) => resource)).toEqual([`${access.role}-reader`]);
    expect([...new Set(made.map(({ service: of, action }) => `${of}:${action}`))].sort()).toEqual(['cloudwatch:GetMetricData', 'elasticloadbalancing:DescribeTargetGroups', 'sts:AssumeRole']);
    expect(made.every(({ function: caller }) => caller === 'slipway-judge')).toBe(true);
  });

  it.each([['sts', 'AssumeRole'], ['elasticloadbalancing', 'DescribeTargetGroups'], ['cloudwatch', 'GetMetricData']])('a %s %s that is throttled once is asked again; one that stays away is no empty reading', async (of, action) => {
    proxy.inject({ service: of, action, fault: { kind: 'throttle' } });
    await expect(metrics().read(service, environment)).resolves.toMatchObject({ revisions: { [stable]: { requests: 900 } } });
    const times = 3 * (of === 'elasticloadbalancing' ? 3 : 1);
    const cuts = proxy.inject({ service: of, action, times, fault: { kind: 'cut' } });
    await expect(metrics().read(service, environment)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    // Three groups are asked for at once and the first refusal is told: what the others still try must not meet the next fault.
    while (cuts() < times) await pause(10);
    proxy.inject({ service: of, action, fault: { kind: 'error', status: 403, code: 'AccessDenied', message: 'not authorized' } });
    await expect(metrics().read(service, environment)).rejects.toMatchObject({ name: 'Forbidden' });
  });
});

it('a target that nobody counts is said so', async () => {
  await expect(metrics('kubernetes').read(service, environment)).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('canary.judge') });
});
