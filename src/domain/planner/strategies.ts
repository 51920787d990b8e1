/** The strategies: each turns a setting with a serving stable revision into the batches of its stages. */
import { instancesOf } from '../duration.ts';
import type { STRATEGIES } from '../manifest.ts';
import type { Batch } from '../plan.ts';
import { keptForBake } from './bake.ts';
import { batch, launchCandidate, split } from './batch.ts';
import { countForShare, holdOf, retireOthers, rolloutHold, type Setting } from './setting.ts';

export type Strategy = (typeof STRATEGIES)[number];
/** A setting in which something serves already, and something is wanted. */
export type Serving = Setting & { readonly stable: NonNullable<Setting['stable']> };
/** An empty canary: this strategy has none. */
export interface ProductionBatches {
  readonly canary: readonly Batch[];
  readonly rollout: readonly Batch[];
}

const STRATEGY = {
  canary: (setting) => {
    const shares = ascending([setting.manifest.canary.traffic].flat());
    return { canary: canarySteps(setting, shares), rollout: (setting.manifest.worker === undefined ? growBeside : growInPlace)(setting, shares.at(-1) ?? 0) };
  },
  rolling: (setting) => ({ canary: [], rollout: growInPlace(setting, 0) }),
  'blue-green': (setting) => ({ canary: [], rollout: switchOver(setting) }),
  'all-at-once': (setting) => ({ canary: [], rollout: [atOnce(setting)] }),
} satisfies Record<Strategy, (setting: Serving) => ProductionBatches>;

/** The batches of the production stages, when something serves already. */
export function productionBatches(strategy: Strategy, setting: Serving): ProductionBatches {
  return STRATEGY[strategy](setting);
}

/** All instances, all traffic, and everything else away: also a first release, and the way back in an emergency. */
export function atOnce(setting: Setting, hold = rolloutHold(setting)): Batch {
  return batch({ launch: launchCandidate(setting, setting.instances), weights: { [setting.candidate]: 100 }, hold, shrink: retireOthers(setting) });
}

function canarySteps(setting: Serving, shares: readonly number[]): Batch[] {
  const { canary } = setting.manifest;
  return shares.map((share) => batch({
    launch: launchCandidate(setting, besideCount(setting, share)),
    weights: split(setting.candidate, setting.stable.revision, share),
    hold: holdOf(canary.duration, canary.interval, canary.judge),
  }));
}

/** What the share needs, and what the manifest asks for its canary where that is more: the rollout never goes below it again. */
function besideCount(setting: Serving, share: number): number {
  const asked = setting.manifest.canary.instances;
  const atLeast = asked === undefined ? 0 : instancesOf(asked, setting.instances);
  return Math.min(setting.instances, Math.max(atLeast, countForShare(setting, share)));
}

/** The candidate grows and the stable revision stays whole until the end, so that the way back needs no launch. */
function growBeside(setting: Serving, canaryShare: number): Batch[] {
  const { manifest, candidate, stable } = setting;
  const shares = manifest.rollout.batches.filter((share) => share > canaryShare);
  return shares.map((share) => batch({
    launch: launchCandidate(setting, besideCount(setting, share)),
    weights: split(candidate, stable.revision, share),
    hold: rolloutHold(setting),
    shrink: share === 100 ? retireOthers(setting) : [],
  }));
}

/**
 * The stable revision shrinks as the candidate grows: launched first, so that there are never more than a batch too many and never
 * fewer than wanted; what a bake keeps stays through. Workers grow so after their canary, too: their share is one of instances. Weights are the shares of instances after the shrink, rounded down for the candidate.
 */
function growInPlace(setting: Serving, canaryShare: number): Batch[] {
  const { instances, candidate, stable, manifest } = setting;
  const atLeast = canaryShare === 0 ? 0 : besideCount(setting, canaryShare);
  const counts = ascending(manifest.rollout.batches.filter((share) => share > canaryShare).map((share) => Math.max(atLeast, countForShare(setting, share))));
  let left = stable.count;
  return counts.map((count) => {
    left = Math.max(keptForBake(setting), Math.min(left, instances - count));
    const last = count === instances;
    return batch({
      launch: launchCandidate(setting, count),
      weights: split(candidate, stable.revision, last ? 100 : Math.floor((100 * count) / instances)),
      hold: rolloutHold(setting),
      shrink: last ? retireOthers(setting) : [{ revision: stable.revision, count: left }],
    });
  });
}

/** A whole second set beside the first, then all traffic at once. */
function switchOver(setting: Serving): Batch[] {
  return [
    batch({ launch: launchCandidate(setting, setting.instances), weights: split(setting.candidate, setting.stable.revision, 0) }),
    batch({ weights: split(setting.candidate, setting.stable.revision, 100), hold: rolloutHold(setting), shrink: retireOthers(setting) }),
  ];
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
