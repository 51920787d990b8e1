/**
 * The five verbs of a target, describe, and compare, which a target may leave out, as they cross the boundary: the event and the result of every
 * `slipway-target-<kind>` function. Self-contained, so that a user's own target needs no access to the store.
 */
import * as z from 'zod';
import { Access, Settings } from '../domain/access.ts';
import { EnvironmentName, Generation, InstanceId, RevisionId, ServiceName } from '../domain/ids.ts';
import { Mirror } from '../domain/parallel/mirror.ts';
import { ParallelReport } from '../domain/parallel/report.ts';
import { ComparisonRule } from '../domain/parallel/rule.ts';
import { RecordedRequest } from '../domain/recording/recorded-request.ts';
import { RevisionSpec } from '../domain/revision.ts';
import { Stickiness, Weights } from '../domain/route.ts';
import { Observed } from '../domain/state.ts';

export const ServiceRef = z.strictObject({ service: ServiceName, environment: EnvironmentName });
export type ServiceRef = z.infer<typeof ServiceRef>;
/** A service in an environment, with whose resources they are and where the target finds them: what its newest revision here was planned with. */
export const Place = ServiceRef.extend({ access: Access.nullable().default(null), settings: Settings.default({}) });
export type Place = z.infer<typeof Place>;
const Fenced = Place.extend({ generation: Generation });

/** Bring `spec.revision` to `count` running instances, spread over spec.zones less zonesLost; surplus ones drain and stop. New ones get no traffic. */
export const LaunchRequest = Fenced.extend({ verb: z.literal('launch'), spec: RevisionSpec, count: z.int().min(0).max(10_000), zonesLost: z.array(z.string()) });
/** Move traffic, then read it back. `mirror`: copies of requests go to its candidate too; only for targets that say they can. */
export const RouteRequest = Fenced.extend({ verb: z.literal('route'), weights: Weights, stickiness: Stickiness, mirror: Mirror.optional() });
export const ObserveRequest = z.strictObject({ verb: z.literal('observe'), refs: z.array(Place).max(1000) });
/** Replace failed instances, elsewhere if their zone is lost. */
export const RelaunchRequest = Fenced.extend({ verb: z.literal('relaunch'), instances: z.array(InstanceId).max(10_000), specs: z.record(RevisionId, RevisionSpec), zonesLost: z.array(z.string()) });
/** Weight 0, drain, then remove. */
export const RetireRequest = Fenced.extend({ verb: z.literal('retire'), revision: RevisionId });
/** What a plan is about to do, for the target's objections. */
export const PlanQuestion = z.strictObject({ place: Place, candidate: RevisionSpec, stable: RevisionSpec.nullable(), /** Whether both have traffic at the same time. */ shares: z.boolean() });
export type PlanQuestion = z.infer<typeof PlanQuestion>;
/**
 * Ask the stable revision each request twice and the candidate once, at the same time, and report where their answers differ; weights stay as
 * they are, also where one of the two has none. Requests that 30 s are too short for are not asked. Only for targets that say `compares`.
 */
export const CompareRequest = Fenced.extend({ verb: z.literal('compare'), stable: RevisionId, candidate: RevisionId, rule: ComparisonRule, requests: z.array(RecordedRequest).min(1).max(1000) });
export const DescribeRequest = z.strictObject({ verb: z.literal('describe'), plan: PlanQuestion.optional() });

export const TargetRequest = z.discriminatedUnion('verb', [LaunchRequest, RouteRequest, ObserveRequest, RelaunchRequest, RetireRequest, CompareRequest, DescribeRequest]);
export type TargetRequest = z.infer<typeof TargetRequest>;
export type DescribeRequest = z.infer<typeof DescribeRequest>;
export type LaunchRequest = z.infer<typeof LaunchRequest>;
export type RouteRequest = z.infer<typeof RouteRequest>;
export type ObserveRequest = z.infer<typeof ObserveRequest>;
export type RelaunchRequest = z.infer<typeof RelaunchRequest>;
export type RetireRequest = z.infer<typeof RetireRequest>;
export type CompareRequest = z.infer<typeof CompareRequest>;

export const LaunchResult = z.strictObject({ verb: z.literal('launch'), started: z.array(InstanceId), stopping: z.array(InstanceId) });
export const RouteResult = z.strictObject({ verb: z.literal('route'), inForce: Weights, endpoint: z.string() });
export const ObserveResult = z.strictObject({ verb: z.literal('observe'), services: z.array(Observed) });
export const RelaunchResult = z.strictObject({ verb: z.literal('relaunch'), started: z.array(InstanceId), quarantined: z.array(InstanceId), waiting: z.array(InstanceId) });
export const RetireResult = z.strictObject({ verb: z.literal('retire'), stopping: z.array(InstanceId) });
/** Not ready: something is being prepared and nothing was asked yet; asking again later goes on with it. */
export const CompareResult = z.strictObject({ verb: z.literal('compare'), ready: z.boolean(), report: ParallelReport });
export const DescribeResult = z.strictObject({
  verb: z.literal('describe'),
  kind: z.string(),
  weights: z.boolean(),
  zones: z.boolean(),
  scaleToZero: z.boolean(),
  /** Can copy requests to a revision without traffic and compare its answers. Absent: it cannot. */
  mirrors: z.boolean().optional(),
  /** Answers the verb `compare`. Absent: it does not. */
  compares: z.boolean().optional(),
  /** As many instances as a revision can have, where the platform scales it by itself; absent: as many as are asked for. */
  instancesMaximum: z.int().min(1).optional(),
  /** What limits the platform really enforces, and how. */
  limits: z.record(z.string(), z.string()),
  /** Why the plan that was asked about cannot be carried out here, a sentence each, with what to do. */
  problems: z.array(z.string()).default([]),
});
export const TargetResult = z.discriminatedUnion('verb', [LaunchResult, RouteResult, ObserveResult, RelaunchResult, RetireResult, CompareResult, DescribeResult]);
export type TargetResult = z.infer<typeof TargetResult>;
export type LaunchResult = z.infer<typeof LaunchResult>;
export type RouteResult = z.infer<typeof RouteResult>;
export type ObserveResult = z.infer<typeof ObserveResult>;
export type RelaunchResult = z.infer<typeof RelaunchResult>;
export type RetireResult = z.infer<typeof RetireResult>;
export type CompareResult = z.infer<typeof CompareResult>;
export type DescribeResult = z.infer<typeof DescribeResult>;
