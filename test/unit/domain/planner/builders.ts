/** Inputs of the planner, and every kind of them. A test states only what matters to it. */
import * as fc from 'fast-check';
import type { PlanInput } from '../../../../src/domain/planner/compile-plan.ts';
import { Environments, type Environment } from '../../../../src/domain/environment.ts';
import { Digest, Generation, Identity, InstanceId, ReleaseId, RevisionId } from '../../../../src/domain/ids.ts';
import { Manifest, STRATEGIES } from '../../../../src/domain/manifest.ts';
import type { Release } from '../../../../src/domain/release.ts';
import type { RevisionSpec } from '../../../../src/domain/revision.ts';
import type { Desired, ObservedInstance } from '../../../../src/domain/state.ts';

export const CANDIDATE = RevisionId.parse('catalog-2-production');
export const STABLE = RevisionId.parse('catalog-1-production');
export const LEFTOVER = RevisionId.parse('catalog-0-production');

export function manifest(parts: Record<string, unknown> = {}): Manifest {
  return Manifest.parse({ service: 'catalog', team: 'shop', start: ['node', 'server.js'], ...parts });
}

export function release(parts: Partial<Release> = {}): Release {
  const value = parts.manifest ?? manifest();
  return { id: ReleaseId.parse('catalog@0123456789ab'), service: value.service, version: '1.2.0', digest: Digest.parse(`sha256:${'a'.repeat(64)}`), manifest: value, flags: {}, commit: null, author: null, pusher: null, createdAt: 0, ...parts };
}

export function environments(parts: Record<string, unknown> = {}, kind: 'staging' | 'production' = 'production'): { environment: Environment; environments: Environments } {
  const parsed = Environments.parse({ environments: [{ name: kind, kind, wave: 1, ...parts }] });
  return { environment: parsed.environments[0]!, environments: parsed };
}

export function spec(revision: RevisionId, parts: Partial<RevisionSpec> = {}): RevisionSpec {
  const { service, start, health } = manifest();
  return {
    revision, service, environment: environments().environment.name, release: ReleaseId.parse('catalog@ba9876543210'), version: '1.1.0', digest: Digest.parse(`sha256:${'b'.repeat(64)}`),
    start, health, configuration: {}, secrets: {}, resources: { memory: 1, cpu: 1 }, zones: ['a'], stickiness: { by: 'request' }, stopSeconds: 10, drainSeconds: 10, access: null, settings: {}, ...parts,
  };
}

/** Revisions with their counts; the first is stable and has all traffic. */
export function desired(counts: Record<string, number> = { [STABLE]: 2 }, parts: Partial<Desired> = {}): Desired {
  const revisions = Object.fromEntries(Object.entries(counts).map(([revision, count]) => [revision, { spec: spec(RevisionId.parse(revision)), count }]));
  const stable = Object.keys(counts).map((revision) => RevisionId.parse(revision))[0] ?? null;
  return {
    service: manifest().service, environment: environments().environment.name, generation: Generation.parse(7), target: 'process', stable, previousRelease: null, revisions,
    weights: stable === null || (counts[stable] ?? 0) === 0 ? {} : { [stable]: 100 }, stickiness: { by: 'request' }, deployment: null, paused: null, zonesLost: [], changedBy: Identity.parse('anna'), changedAt: 0, ...parts,
  };
}

export function instance(name: string, parts: Partial<ObservedInstance> = {}): ObservedInstance {
  return { instance: InstanceId.parse(name), revision: STABLE, zone: 'a', health: 'healthy', startedAt: 0, relaunches: 0, address: null, problem: null, quarantined: false, ...parts };
}

export function planInput(parts: { manifest?: Record<string, unknown>; environment?: Record<string, unknown>; kind?: 'staging' | 'production'; desired?: Desired | null; mode?: PlanInput['mode'] } = {}): PlanInput {
  return { release: release({ manifest: manifest(parts.manifest) }), ...environments(parts.environment, parts.kind), desired: parts.desired === undefined ? desired() : parts.desired, candidate: CANDIDATE, mode: parts.mode ?? 'normal' };
}

const percents = (maximum: number) => fc.uniqueArray(fc.integer({ min: 1, max: maximum }), { minLength: 1, maxLength: 6 });
const count = (maximum: number) => fc.oneof(fc.integer({ min: 0, max: maximum }), fc.integer({ min: 0, max: 200 }).map((percent) => `${percent}%`));

const anyManifest = fc.record({
  instances: fc.integer({ min: 0, max: 40 }),
  strategy: fc.constantFrom(...STRATEGIES),
  canary: fc.record({
    traffic: fc.oneof(fc.integer({ min: 1, max: 50 }), percents(99)),
    duration: fc.constantFrom(0, 1, 300),
    interval: fc.constantFrom(0.05, 1, 10),
    instances: count(50),
  }, { requiredKeys: ['traffic'] }),
  rollout: fc.record({ batches: percents(99).map((steps) => [...steps.sort((a, b) => a - b), 100]), watch: fc.constantFrom(0, 0.1, 30), interval: fc.constantFrom(0.05, 5), bake: fc.constantFrom(undefined, { duration: 1 }, { duration: 3600, keep: '50%' }, { duration: 60, keep: 1 }) }),
  approval: fc.record({ required: fc.boolean(), approvers: fc.constantFrom([], ['anna']) }),
  tests: fc.constantFrom([], [{ name: 'answers', http: { path: '/' } }]),
  gates: fc.array(fc.record({ kind: fc.constant('person'), name: fc.constant('look'), stage: fc.constantFrom('staging', 'canary', 'rollout'), when: fc.constantFrom('before', 'after') }), { maxLength: 3 }),
  worker: fc.constantFrom(undefined, undefined, {}),
  parallelRun: fc.constantFrom(undefined, { duration: 1 }, { duration: 60, onDifference: 'report' }),
});

const anyDesired = fc.option(fc.record({
  stable: fc.integer({ min: 0, max: 45 }),
  leftover: fc.option(fc.integer({ min: 0, max: 5 })),
  candidate: fc.option(fc.integer({ min: 0, max: 40 })),
  nothingStable: fc.boolean(),
}));

/** Every kind of environment, manifest and state a plan can be asked for from. */
export const anyPlanInput: fc.Arbitrary<PlanInput> = fc.record({
  manifest: anyManifest,
  environment: fc.record({ instances: count(40), minimumHealthy: count(40), strategy: fc.constantFrom(...STRATEGIES) }, { requiredKeys: [] }),
  kind: fc.constantFrom('staging' as const, 'production' as const),
  mode: fc.constantFrom('normal' as const, 'normal' as const, 'fast' as const),
  state: anyDesired,
}).map(({ state, ...parts }) => {
  if (state === null) return planInput({ ...parts, desired: null });
  const counts = { [STABLE]: state.stable, ...(state.leftover === null ? {} : { [LEFTOVER]: state.leftover }), ...(state.candidate === null ? {} : { [CANDIDATE]: state.candidate }) };
  return planInput({ ...parts, desired: state.nothingStable ? desired(counts, { stable: null, weights: {} }) : desired(counts) });
});
