/** Counts the judge reads. Adapters: the router (one machine), CloudWatch. */
import type { EnvironmentName, RevisionId, ServiceName } from '../domain/ids.ts';

/** Cumulative counts of one revision. */
export interface ArmCounts {
  readonly requests: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Counts per bucket; `boundsMs[i]` is the upper bound of bucket i, the last bucket is open. */
  readonly latencyBuckets: readonly number[];
  readonly boundsMs: readonly number[];
}

export interface MetricsReading {
  /** Counters with another epoch began at 0 again. */
  readonly epoch: string;
  readonly at: number;
  readonly revisions: Readonly<Record<RevisionId, ArmCounts>>;
}

export interface Metrics {
  /** @throws ProviderUnavailable when the source does not answer; never an empty reading instead. */
  read(service: ServiceName, environment: EnvironmentName): Promise<MetricsReading>;
}
