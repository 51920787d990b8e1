/** What the control plane says to the router, and what it answers, over its control socket. */
import * as z from 'zod';
import { EnvironmentName, InstanceId, RevisionId, ServiceName } from '../domain/ids.ts';
import { Mirror } from '../domain/parallel/mirror.ts';
import { ParallelReport } from '../domain/parallel/report.ts';
import { RecordedRequest } from '../domain/recording/recorded-request.ts';
import { RecordingProgress } from '../domain/recording/recording.ts';
import { Stickiness, Weights } from '../domain/route.ts';

export const Upstream = z.strictObject({ instance: InstanceId, host: z.string(), port: z.int().min(1).max(65535) });
export type Upstream = z.infer<typeof Upstream>;

/** The route of one service in one environment: one listening port of its own, and the host `<service>.<environment>.localhost` on the shared one. */
export const RouteEntry = z.strictObject({
  service: ServiceName,
  environment: EnvironmentName,
  /** The port of its own on the router's host; absent at first: the router picks a free one, keeps it, and reports it. */
  port: z.int().min(1).max(65535).optional(),
  weights: Weights,
  stickiness: Stickiness,
  upstreams: z.record(RevisionId, z.array(Upstream)),
  mirror: Mirror.optional(),
  /** Requests that begin at a removed upstream have this long to end before their connections are cut. */
  drainSeconds: z.number().min(0).max(3600),
});
export type RouteEntry = z.infer<typeof RouteEntry>;

/** Requests of one revision since the router process started. Latencies: counts per bucket, upper bounds in LATENCY_BOUNDS_MS, the last bucket open. */
export const RevisionCounts = z.strictObject({
  requests: z.int(),
  /** Failures by class; a request falls in at most one. 4xx are not failures. */
  failures: z.strictObject({ status5xx: z.int(), connect: z.int(), timeout: z.int(), aborted: z.int() }),
  latencyBuckets: z.array(z.int()),
  inFlight: z.int(),
});
export type RevisionCounts = z.infer<typeof RevisionCounts>;

/** Ten to a decade (the R10 series of preferred numbers): the judge counts on both sides of a bound exactly, and a bound is at most 1.28 times the one before. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8, 10, 12.5, 16, 20, 25, 32, 40, 50, 63, 80, 100, 125, 160, 200, 250, 320, 400, 500, 630, 800,
  1000, 1250, 1600, 2000, 2500, 3200, 4000, 5000, 6300, 8000, 10_000,
];

export const RouterCounts = z.strictObject({
  /** Changes when the router process is another one: counts began at 0 again. */
  epoch: z.string(),
  at: z.number(),
  revisions: z.record(RevisionId, RevisionCounts),
  /** Requests that found no healthy upstream of any weighted revision. */
  unrouted: z.int(),
});
export type RouterCounts = z.infer<typeof RouterCounts>;

/** A route as it is in force: the router has given it its port. */
export const RouteInForce = RouteEntry.required({ port: true });
export type RouteInForce = z.infer<typeof RouteInForce>;

/** Routes that are asked for together. */
export const RouterPlaces = z.strictObject({ places: z.array(RouteEntry.pick({ service: true, environment: true })).max(1000) });
export type RouterPlaces = z.infer<typeof RouterPlaces>;

/** Upstreams alone, for a route whose weights stay as they are. */
export const RouteUpstreams = z.strictObject({ upstreams: RouteEntry.shape.upstreams });
export type RouteUpstreams = z.infer<typeof RouteUpstreams>;

/** Requests under way per instance, those that drain after their removal included. */
export const RouterInFlight = z.record(InstanceId, z.int());
export type RouterInFlight = z.infer<typeof RouterInFlight>;

/** How the router process is. `waiting` names the ports that it wants and cannot have, and why; it goes on trying. */
export const RouterHealth = z.strictObject({
  epoch: z.string(),
  pid: z.int(),
  /** The shared port; absent while another program holds it. */
  port: z.int().optional(),
  routes: z.int(),
  waiting: z.array(z.strictObject({ port: z.int(), reason: z.string() })),
});
export type RouterHealth = z.infer<typeof RouterHealth>;

/** What a recording has so far. */
export const RouterRecorded = z.strictObject({ requests: z.array(RecordedRequest) });
/** Null: none is under way. */
export const RouterRecording = z.strictObject({ recording: RecordingProgress.nullable() });

/** What the mirror of a route has found. Its epoch changes when it began again: counts are 0 then. */
export const RouterParallelRun = z.strictObject({ epoch: z.string(), report: ParallelReport });
export type RouterParallelRun = z.infer<typeof RouterParallelRun>;
