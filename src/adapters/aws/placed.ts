/** A service in an environment as it is asked for now: what finds its counts and its output. */
import type { Access, Settings } from '../../domain/access.ts';
import type { EnvironmentName, ServiceName } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';

export interface Placed {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly target: string;
  /** Where the newest revision was planned. */
  readonly access: Access | null;
  readonly settings: Settings;
  readonly specs: readonly RevisionSpec[];
}

/** Undefined for a place that was never deployed to. */
export type FindPlaced = (service: ServiceName, environment: EnvironmentName) => Promise<Placed | undefined>;
