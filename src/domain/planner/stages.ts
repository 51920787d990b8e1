/** Batches and gates put together into the stages of a plan. */
import type { EnvironmentName } from '../ids.ts';
import type { Batch, Plan, StagePlan } from '../plan.ts';
import { gatesAt, gatesBeforeRollout } from './gates.ts';
import { withBake } from './bake.ts';
import { withParallelRun } from './parallel-run.ts';
import type { Setting } from './setting.ts';
import { scaledToZero, stagingBatches } from './staging.ts';
import { atOnce, productionBatches, type ProductionBatches, type Strategy } from './strategies.ts';

const stage = (batches: readonly Batch[], parts: Partial<StagePlan> = {}): StagePlan => ({ gatesBefore: [], tests: [], gatesAfter: [], ...parts, batches: [...batches] });

/** An emergency: one batch, nothing asked, nothing tested, nothing watched. */
export function fastStages(setting: Setting, kind: Plan['kind']): Plan['stages'] {
  const only = stage([setting.instances === 0 ? scaledToZero(setting) : atOnce(setting, null)]);
  return kind === 'staging' ? { staging: only, canary: null, rollout: null } : { staging: null, canary: null, rollout: only };
}

export function stagingStages(setting: Setting, environment: EnvironmentName): Plan['stages'] {
  const { gates, tests } = setting.manifest;
  const staging = stage(stagingBatches(setting), { tests: [...tests], gatesBefore: gatesAt(gates, environment, 'staging', 'before'), gatesAfter: gatesAt(gates, environment, 'staging', 'after') });
  return { staging, canary: null, rollout: null };
}

export function productionStages(setting: Setting, environment: EnvironmentName, strategy: Strategy): Plan['stages'] {
  const { gates } = setting.manifest;
  const batches = batchesOf(setting, strategy);
  const hasCanary = batches.canary.length > 0;
  const canary = hasCanary ? stage(batches.canary, { gatesBefore: gatesAt(gates, environment, 'canary', 'before'), gatesAfter: gatesAt(gates, environment, 'canary', 'after') }) : null;
  const rollout = stage(batches.rollout, { gatesBefore: gatesBeforeRollout(gates, environment, hasCanary), gatesAfter: gatesAt(gates, environment, 'rollout', 'after') });
  return { staging: null, canary, rollout };
}

function batchesOf(setting: Setting, strategy: Strategy): ProductionBatches {
  if (setting.instances === 0) return { canary: [], rollout: [scaledToZero(setting)] };
  const { stable } = setting;
  return stable === null ? { canary: [], rollout: [atOnce(setting)] } : withParallelRun({ ...setting, stable }, withBake({ ...setting, stable }, productionBatches(strategy, { ...setting, stable })));
}
