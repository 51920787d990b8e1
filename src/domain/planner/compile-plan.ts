/** Release + environment + what is there now -> plan. Pure: the same input gives the same plan, and so the same hash. */
import { effective } from '../effective.ts';
import type { Environment, Environments } from '../environment.ts';
import type { RevisionId } from '../ids.ts';
import type { Plan } from '../plan.ts';
import type { Release } from '../release.ts';
import { refuseIncompatibleSchema } from '../schema-compatibility.ts';
import type { Desired } from '../state.ts';
import { revisionSpec } from './revision-spec.ts';
import { settingOf } from './setting.ts';
import { fastStages, productionStages, stagingStages } from './stages.ts';

export interface PlanInput {
  readonly release: Release;
  readonly environment: Environment;
  readonly environments: Environments;
  /** What is asked for here now; null before the first release. */
  readonly desired: Desired | null;
  readonly candidate: RevisionId;
  /** fast: an emergency, back to a release that was through before: no canary, tests, gates or approval. */
  readonly mode: 'normal' | 'fast';
}

/**
 * The whole deployment as data, checked by `checkPlan` for every input in the tests. The instances of the stable revision are
 * untouched until the candidate has all traffic, except in a rolling one, where they make room for it.
 *
 * @throws InvalidInput when the candidate is stable here already
 * @throws NotSupported when the service runs on another target here
 * @throws IncompatibleSchema when stable and candidate cannot work on the same data
 * @throws Conflict when an earlier deployment has left traffic on its candidate
 */
export function compilePlan(input: PlanInput): Plan {
  const { release, environment, desired, candidate, mode } = input;
  const inForce = effective(release.manifest, environment, input.environments);
  const setting = settingOf(desired, candidate, inForce.instances, release.manifest, mode);
  const asks = mode === 'normal' && environment.kind === 'production' && inForce.approval.required;
  const before = desired === null || desired.stable === null ? undefined : desired.revisions[desired.stable]?.spec;
  refuseIncompatibleSchema(before, { version: release.version, schema: release.manifest.schema }, mode);
  return {
    service: release.service,
    environment: environment.name,
    kind: environment.kind,
    strategy: inForce.strategy,
    target: inForce.target,
    release: release.id,
    digest: release.digest,
    version: release.version,
    candidate,
    stable: before?.revision ?? null,
    stableInstances: desired === null || before === undefined ? 0 : desired.revisions[before.revision]?.count ?? 0,
    instances: inForce.instances,
    minimumHealthy: Math.min(inForce.minimumHealthy, inForce.instances),
    specs: { ...(before === undefined ? {} : { [before.revision]: before }), [candidate]: revisionSpec(release, environment, inForce, candidate) },
    stages: stagesOf(input, setting, inForce.strategy),
    approval: asks ? inForce.approval : null,
    decisions: inForce.approval,
  };
}

function stagesOf(input: PlanInput, setting: ReturnType<typeof settingOf>, strategy: Plan['strategy']): Plan['stages'] {
  const { environment, mode } = input;
  if (mode === 'fast') return fastStages(setting, environment.kind);
  return environment.kind === 'staging' ? stagingStages(setting, environment.name) : productionStages(setting, environment.name, strategy);
}
