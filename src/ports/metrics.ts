/** Counts the judge reads. Adapters: the router (one machine), CloudWatch. */
import type { ArmCounts } from '../domain/judge/counts.ts';
import type { EnvironmentName, RevisionId, ServiceName } from '../domain/ids.ts';

export type { ArmCounts };

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
