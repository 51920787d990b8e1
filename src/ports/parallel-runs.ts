/** What the data plane has found by comparing answers. Adapter: the router's control client. */
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { ParallelReport } from '../domain/parallel/report.ts';

export interface ParallelReading {
  /** Another one: the mirror began again, and its report from nothing. */
  readonly epoch: string;
  readonly report: ParallelReport;
}

export interface ParallelRuns {
  /** @throws NotFound when nothing is mirrored there; ProviderUnavailable */
  read(service: ServiceName, environment: EnvironmentName): Promise<ParallelReading>;
}
