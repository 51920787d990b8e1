/** A kind of compute, behind its five verbs. Every verb is idempotent and returns at once. Held to test/contract/target.ts. */
import type { CompareRequest, CompareResult, DescribeRequest, DescribeResult, LaunchRequest, LaunchResult, ObserveRequest, ObserveResult, PlanQuestion, RelaunchRequest, RelaunchResult, RetireRequest, RetireResult, RouteRequest, RouteResult } from '../contracts/target.ts';
import type { EnvironmentName, Generation, ServiceName } from '../domain/ids.ts';

/** @throws StaleGeneration from every verb that changes something, when a newer desired state exists. */
export interface Target {
  /** With `plan`, what stands against it is answered as `problems`. */
  describe(request: DescribeRequest): Promise<DescribeResult>;
  launch(request: LaunchRequest): Promise<LaunchResult>;
  route(request: RouteRequest): Promise<RouteResult>;
  observe(request: ObserveRequest): Promise<ObserveResult>;
  relaunch(request: RelaunchRequest): Promise<RelaunchResult>;
  retire(request: RetireRequest): Promise<RetireResult>;
  /** Only where `describe` says `compares`. */
  compare?(request: CompareRequest): Promise<CompareResult>;
}

/** The generation of the desired state now, read strongly consistent; 0 before there is one. */
export interface Fence {
  current(service: ServiceName, environment: EnvironmentName): Promise<Generation>;
}

/** Targets by the name a plan carries; behind it, `slipway-target-<name>`. */
export interface Targets {
  /** @throws NotSupported with the registered names for one that is not registered. */
  observe(target: string, refs: ObserveRequest['refs']): Promise<ObserveResult['services']>;
  describe(target: string, plan?: PlanQuestion): Promise<DescribeResult>;
  /** @throws NotSupported for one that does not compare; what the target throws */
  compare(target: string, request: CompareRequest): Promise<CompareResult>;
  names(): readonly string[];
}
