/** What a strategy plans from: the counts before, the counts wanted, and how long to look. */
import { Conflict, InvalidInput, NotSupported } from '../errors.ts';
import type { RevisionId } from '../ids.ts';
import type { Manifest } from '../manifest.ts';
import type { Batch, Hold } from '../plan.ts';
import type { Desired } from '../state.ts';

export interface Setting {
  readonly candidate: RevisionId;
  /** How many of the candidate are there already: a deployment that is planned again never lowers them on its way. */
  readonly candidateCount: number;
  /** The revision that serves now, with its count; null when nothing serves: a first release, or one scaled to zero. */
  readonly stable: { readonly revision: RevisionId; readonly count: number } | null;
  /** What else is left here, and ends with this plan; holds the stable revision when it has no instances. */
  readonly leftovers: readonly RevisionId[];
  readonly instances: number;
  readonly manifest: Manifest;
}

/**
 * @throws InvalidInput when the candidate is the stable revision already
 * @throws NotSupported when what runs here runs on another target
 * @throws Conflict when traffic is on a revision that is neither: an earlier deployment has not been taken back
 */
export function settingOf(desired: Desired | null, candidate: RevisionId, instances: number, manifest: Manifest, mode: 'normal' | 'fast'): Setting {
  if (desired === null) return { candidate, candidateCount: 0, stable: null, leftovers: [], instances, manifest };
  refuse(desired, candidate, manifest, mode);
  const countOf = (revision: RevisionId) => desired.revisions[revision]?.count ?? 0;
  const stable = desired.stable !== null && countOf(desired.stable) > 0 ? { revision: desired.stable, count: countOf(desired.stable) } : null;
  const leftovers = (Object.keys(desired.revisions) as RevisionId[]).filter((revision) => revision !== candidate && revision !== stable?.revision);
  return { candidate, candidateCount: Math.min(countOf(candidate), instances), stable, leftovers, instances, manifest };
}

function refuse(desired: Desired, candidate: RevisionId, manifest: Manifest, mode: 'normal' | 'fast'): void {
  const place = `${desired.service} in ${desired.environment}`;
  if (desired.stable === candidate) throw new InvalidInput(`${candidate} is the stable revision of ${place} already. Start a new deployment: it gets a revision of its own.`, { candidate });
  const running = Object.values(desired.revisions).some((revision) => revision.count > 0);
  if (running && desired.target !== manifest.target) {
    throw new NotSupported(`${place} runs on the target ${desired.target}, and this release says ${manifest.target}; traffic cannot be split over two targets. Scale ${place} to zero first, or give the release another service name.`, { has: desired.target, wants: manifest.target });
  }
  const stray = Object.entries(desired.weights).find(([revision, weight]) => weight > 0 && revision !== desired.stable && revision !== candidate);
  // A fast plan brings up all its instances before it moves traffic, so it may begin from anywhere: it is the way out.
  if (stray !== undefined && mode === 'normal') {
    throw new Conflict(`${stray[1]} % of the traffic of ${place} is on ${stray[0]}, which is neither the stable revision nor this candidate. Wait until its deployment has been rolled back, or roll back to an earlier release.`, { weights: desired.weights });
  }
}

/** The instances of the candidate that a share of the traffic needs: rounded up, at least one, never fewer than there are. */
export function countForShare(setting: Setting, percent: number): number {
  return Math.max(1, setting.candidateCount, Math.ceil((percent * setting.instances) / 100));
}

/** Null when there is nothing to wait for. A tick is never longer than the hold, so that there is at least one. */
export function holdOf(seconds: number, intervalSeconds: number, rule: Hold['rule']): Hold | null {
  return seconds === 0 ? null : { seconds, tickSeconds: Math.max(0.05, Math.min(intervalSeconds, seconds)), rule };
}

/** The watch after a batch of the rollout. */
export function rolloutHold(setting: Setting): Hold | null {
  const { rollout, canary } = setting.manifest;
  // Without a stable revision there is nothing to compare with: only health is watched.
  return holdOf(rollout.watch, rollout.interval, setting.stable === null ? null : canary.judge);
}

/** Retires everything but the candidate. */
export function retireOthers(setting: Setting): Batch['shrink'] {
  const others = setting.stable === null ? setting.leftovers : [setting.stable.revision, ...setting.leftovers];
  return others.map((revision) => ({ revision, count: 0 }));
}
