/** Where the counts of a revision are in CloudWatch. */
import type { Access } from '../../../domain/access.ts';
import type { EnvironmentName, RevisionId, ServiceName } from '../../../domain/ids.ts';
import type { Worker } from '../../../domain/manifest.ts';

export interface MetricOf {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

/** Where one revision is counted; a revision of several functions has several. */
export interface RevisionSource {
  readonly revision: RevisionId;
  readonly requests: MetricOf;
  /** By class of failure; a request falls in at most one. */
  readonly failures: Readonly<Record<string, MetricOf>>;
  /** Answers that are no failures by themselves, and still tell of one when there are more than before: judged each as a metric of its own. */
  readonly events: Readonly<Record<string, MetricOf>>;
  readonly latency: MetricOf & { readonly unit: 'seconds' | 'milliseconds' };
}

export interface PlaceSource {
  /** Whose account, region and role; null: the function's own. */
  readonly access: Access | null;
  readonly revisions: readonly RevisionSource[];
}

/** Finds the revisions that a service has now. @throws NotFound for a place that is not there, NotSupported for a target without metrics here */
export type Locate = (service: ServiceName, environment: EnvironmentName) => Promise<PlaceSource>;

/**
 * A revision behind a load balancer, by its target group. A connection that its targets refuse is a 502 of the load balancer, which CloudWatch
 * counts without the group's dimension: what the group has is TargetConnectionErrorCount, and RequestCount, in which a request counts as soon as
 * a target was chosen; https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 * @param loadBalancer, targetGroup their ARNs
 */
export function targetGroupSource(revision: RevisionId, loadBalancer: string, targetGroup: string): RevisionSource {
  const dimensions = [{ Name: 'LoadBalancer', Value: loadBalancer.replace(/^.*:loadbalancer\//, '') }, { Name: 'TargetGroup', Value: targetGroup.replace(/^.*:/, '') }];
  const metric = (name: string): MetricOf => ({ namespace: 'AWS/ApplicationELB', name, dimensions });
  return {
    revision, requests: metric('RequestCount'), failures: { status5xx: metric('HTTPCode_Target_5XX_Count'), connection: metric('TargetConnectionErrorCount') },
    events: { status4xx: metric('HTTPCode_Target_4XX_Count') }, latency: { ...metric('TargetResponseTime'), unit: 'seconds' },
  };
}

/**
 * A version behind an alias that shares traffic; https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * @param alias the one with the traffic
 */
export function lambdaVersionSource(revision: RevisionId, functionName: string, alias: string, version: string): RevisionSource {
  const dimensions = [{ Name: 'FunctionName', Value: functionName }, { Name: 'Resource', Value: `${functionName}:${alias}` }, { Name: 'ExecutedVersion', Value: version }];
  const metric = (name: string): MetricOf => ({ namespace: 'AWS/Lambda', name, dimensions });
  return { revision, requests: metric('Invocations'), failures: { error: metric('Errors') }, events: {}, latency: { ...metric('Duration'), unit: 'milliseconds' } };
}

/** Where workers put their counts: metrics of their own, by the names of the manifest, each under the revision that SLIPWAY_REVISION names. */
const WORKERS = 'Slipway/Workers';

/** A worker by what it says of itself in CloudWatch: how many messages since it last said, and how old each was. docs/workers.md */
export function workerSource(revision: RevisionId, { handled, failed, age }: Worker): RevisionSource {
  const metric = (name: string): MetricOf => ({ namespace: WORKERS, name, dimensions: [{ Name: 'Revision', Value: revision }] });
  return { revision, requests: metric(handled), failures: { failed: metric(failed) }, events: {}, latency: { ...metric(age), unit: 'seconds' } };
}
