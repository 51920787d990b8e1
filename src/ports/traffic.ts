/** Traffic on one machine: what the process target moves, and what the judge counts. Adapter: the router's control client. */
import type { EnvironmentName, InstanceId, RevisionId, ServiceName } from '../domain/ids.ts';
import type { Mirror } from '../domain/parallel/mirror.ts';
import type { Stickiness, Weights } from '../domain/route.ts';

export interface TrafficUpstream {
  readonly instance: InstanceId;
  readonly host: string;
  readonly port: number;
}

export interface TrafficRoute {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly port?: number | undefined;
  readonly weights: Weights;
  readonly stickiness: Stickiness;
  readonly upstreams: Readonly<Record<RevisionId, readonly TrafficUpstream[]>>;
  /** Absent: nothing is mirrored. */
  readonly mirror?: Mirror | undefined;
  readonly drainSeconds: number;
}

export interface Traffic {
  /** Replaces the whole route of one service in one environment at once; answers what is in force afterwards, with its port. */
  put(route: TrafficRoute): Promise<TrafficRoute & { readonly port: number }>;
  /** Replaces only the upstreams; weights stay as they are in force. */
  attach(service: ServiceName, environment: EnvironmentName, upstreams: TrafficRoute['upstreams']): Promise<TrafficRoute & { readonly port: number }>;
  get(service: ServiceName, environment: EnvironmentName): Promise<(TrafficRoute & { readonly port: number }) | undefined>;
  /** Those of up to 1,000 routes that there are, in no particular order. */
  several(places: readonly { readonly service: ServiceName; readonly environment: EnvironmentName }[]): Promise<readonly (TrafficRoute & { readonly port: number })[]>;
  list(): Promise<readonly (TrafficRoute & { readonly port: number })[]>;
  remove(service: ServiceName, environment: EnvironmentName): Promise<void>;
  /** Requests still under way at an upstream. */
  inFlight(service: ServiceName, environment: EnvironmentName): Promise<Readonly<Record<InstanceId, number>>>;
}
