/** Counts from Prometheus: which queries to ask, and what their answers mean. Pure. */
import * as z from 'zod';
import type { EnvironmentName, RevisionId, ServiceName } from '../../ids.ts';
import { type ArmCounts, failureClassOf } from '../counts.ts';

const Selector = z.string().min(1).max(2000).regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})?$/, 'a metric with labels, such as http_requests_total{service="$service",environment="$environment"}');
const Label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'the name of a label');

/** Selectors of counters; `$service` and `$environment` stand for the place that is judged. */
export const PrometheusSource = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** The label that holds the revision's id. */
  revisionLabel: Label.default('revision'),
  requests: Selector,
  /** Of the requests, those that failed. */
  failures: Selector,
  /** The label of a failure's class, its status code for example. */
  failureLabel: Label.default('code'),
  /** A histogram's `_bucket`; absent: latency is not judged. */
  latency: Selector.optional(),
  latencyUnit: z.enum(['seconds', 'milliseconds']).default('seconds'),
  /** Looks are so long ago, so that every scrape before has arrived. */
  lateSeconds: z.number().min(0).max(3600).default(5),
});
export type PrometheusSource = z.infer<typeof PrometheusSource>;

/** Resets of counters are looked for so far back; a hold is shorter. */
const RESETS_RANGE = '6h';

export interface Queries {
  readonly requests: string;
  readonly failures: string;
  readonly latency: string | null;
  /** A counter that began again hides requests in a sum. Where this number changes, the look is left out. */
  readonly resets: string;
}

/** The names cannot hold a quote: they are service and environment names, which are letters, digits and hyphens. */
export function queriesFor(source: PrometheusSource, service: ServiceName, environment: EnvironmentName): Queries {
  const here = (selector: string): string => selector.replaceAll('$service', service).replaceAll('$environment', environment);
  const by = source.revisionLabel;
  return {
    requests: `sum by (${by}) (${here(source.requests)})`,
    failures: `sum by (${by}, ${source.failureLabel}) (${here(source.failures)})`,
    latency: source.latency === undefined ? null : `sum by (${by}, le) (${here(source.latency)})`,
    resets: `sum(resets(${here(source.requests)}[${RESETS_RANGE}]))`,
  };
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export interface Samples {
  readonly requests: readonly Sample[];
  readonly failures: readonly Sample[];
  readonly latency: readonly Sample[];
  readonly resets: readonly Sample[];
}

/** Samples without the revision's label are of nobody, and left out. */
export function countsOf(source: PrometheusSource, samples: Samples): { readonly epoch: string; readonly revisions: Record<RevisionId, ArmCounts> } {
  const revisionOf = ({ labels }: Sample): string | undefined => labels[source.revisionLabel];
  const revisions = [...new Set(samples.requests.flatMap((sample) => revisionOf(sample) ?? []))].map((revision): [string, ArmCounts] => {
    const own = (all: readonly Sample[]): Sample[] => all.filter((sample) => revisionOf(sample) === revision);
    return [revision, {
      requests: own(samples.requests).reduce((sum, { value }) => sum + whole(value), 0),
      failures: Object.fromEntries(own(samples.failures).map(({ labels, value }) => [failureClassOf(labels[source.failureLabel] || 'failed'), whole(value)])),
      ...latencyOf(own(samples.latency), source.latencyUnit === 'seconds' ? 1000 : 1),
    }];
  });
  return { epoch: `resets ${whole(samples.resets[0]?.value ?? 0)}`, revisions: Object.fromEntries(revisions) as Record<RevisionId, ArmCounts> };
}

/** Counters are whole, but come as floats. */
const whole = (value: number): number => (Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0);

/** `le` is cumulative: each bucket holds all below it too. The one of +Inf is the open one. */
function latencyOf(samples: readonly Sample[], unit: number): Pick<ArmCounts, 'latencyBuckets' | 'boundsMs'> {
  const sorted = samples.map(({ labels, value }) => ({ bound: labels['le'] === '+Inf' ? Infinity : Number(labels['le']), count: whole(value) })).filter(({ bound }) => bound > 0).sort((one, other) => one.bound - other.bound);
  if (sorted.at(-1)?.bound !== Infinity || sorted.length < 2) return { latencyBuckets: [], boundsMs: [] };
  return {
    latencyBuckets: sorted.map(({ count }, index) => Math.max(0, count - (sorted[index - 1]?.count ?? 0))),
    boundsMs: sorted.slice(0, -1).map(({ bound }) => Number((bound * unit).toPrecision(12))),
  };
}
