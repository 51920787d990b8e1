/**
 * The users of a service: whenever its counts are read, requests have come in the proportion that the platform's own weights say, and are
 * counted as CloudWatch documents it. What is bad about a revision a test says; what is in force no test says.
 */
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeRulesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetAliasCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { forwardsOf } from '../../../src/targets/_aws/load-balancer/rule.ts';
import { cloudWatchShim, type CloudWatchShim } from '../shims/cloudwatch.ts';

/** Of its requests so much fails: answered with 500 (an error of a function), answered with 404, or never taken. */
export interface Trouble {
  readonly fails?: number;
  readonly missing?: number;
  readonly refused?: number;
}

export interface Traffic {
  readonly cloudWatch: CloudWatchShim;
  /** By target group's ARN ending, or `function:version`. */
  readonly trouble: Map<string, Trouble>;
}

const EACH_READING = 2000;
const ANSWERED_WITHIN_SECONDS = [0.011, 0.013, 0.018, 0.024, 0.033, 0.048] as const;

interface Arm {
  readonly key: string;
  readonly share: number;
}

/** Counts one arm's requests of one moment. */
type Count = (arm: Arm, requests: number, trouble: Required<Trouble>, at: number) => void;

function trafficOf(arms: () => Promise<readonly Arm[]>, count: (values: CloudWatchShim['values']) => Count): Traffic {
  const trouble = new Map<string, Trouble>();
  const cloudWatch = cloudWatchShim({
    sums: 'own',
    onRead: async () => {
      const at = Date.now();
      for (const arm of await arms()) count(cloudWatch.values)(arm, Math.round(EACH_READING * arm.share), { fails: 0, missing: 0, refused: 0, ...trouble.get(arm.key) }, at);
    },
  });
  return { cloudWatch, trouble };
}

const latencies = (requests: number, times: number): number[] => Array.from({ length: requests }, (_, index) => (ANSWERED_WITHIN_SECONDS[index % ANSWERED_WITHIN_SECONDS.length] ?? 0) * times);

/** Everything that comes to a listener. A refused connection has its group's dimension in RequestCount and TargetConnectionErrorCount only. */
export const balancerTraffic = (client: ElasticLoadBalancingV2Client, listener: string): Traffic => trafficOf(async () => {
  const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn: listener }));
  return Rules.flatMap((rule) => {
    // What is asked by a header of its own is none of the users'.
    const groups = rule.Conditions?.some(({ Field }) => Field === 'http-header') === true ? [] : forwardsOf(rule);
    const sum = groups.reduce((total, { weight }) => total + weight, 0);
    return sum === 0 ? [] : groups.map(({ arn, weight }) => ({ key: arn.replace(/^.*:/, ''), share: weight / sum }));
  });
}, (values) => ({ key }, requests, { fails, missing, refused }, at) => {
  const [no, bad, absent] = [refused, fails, missing].map((share) => Math.round(requests * share)) as [number, number, number];
  if (requests > 0) values.put('RequestCount', key, at, [requests]);
  if (no > 0) values.put('TargetConnectionErrorCount', key, at, [no]);
  if (bad > 0) values.put('HTTPCode_Target_5XX_Count', key, at, [bad]);
  if (absent > 0) values.put('HTTPCode_Target_4XX_Count', key, at, [absent]);
  values.put('TargetResponseTime', key, at, latencies(requests - no, 1));
});

/** Everything that comes to the alias `live` of these functions. */
export const lambdaTraffic = (client: LambdaClient, functions: () => readonly string[]): Traffic => trafficOf(async () => {
  const arms = await Promise.all(functions().map(async (name) => {
    const alias = await client.send(new GetAliasCommand({ FunctionName: name, Name: 'live' })).catch(() => null);
    const others = Object.entries(alias?.RoutingConfig?.AdditionalVersionWeights ?? {});
    const main = 1 - others.reduce((sum, [, weight]) => sum + weight, 0);
    return alias?.FunctionVersion === undefined ? [] : [[alias.FunctionVersion, main] as const, ...others].map(([version, share]) => ({ key: `${name}:${version}`, share }));
  }));
  return arms.flat();
}, (values) => ({ key }, requests, { fails }, at) => {
  const [name, version] = key.split(':');
  const dimensions = `${name ?? ''}:live ${version ?? ''}`;
  values.put('Invocations', dimensions, at, [requests]);
  if (fails > 0) values.put('Errors', dimensions, at, [Math.round(requests * fails)]);
  values.put('Duration', dimensions, at, latencies(requests, 1000));
});
