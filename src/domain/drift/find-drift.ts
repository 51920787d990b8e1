/** What differs between desired and observed. Runs for every service at every pass, so it allocates only where something differs. */
import type { RevisionId } from '../ids.ts';
import type { Weights } from '../route.ts';
import type { Desired, Observed, ObservedInstance } from '../state.ts';
import type { Drift } from './drift.ts';
import { revisionDrift } from './revision-drift.ts';

const NOTHING: readonly Drift[] = Object.freeze([]);
const NOT_OBSERVED: readonly Drift[] = Object.freeze([Object.freeze({ kind: 'not-observed' } as const)]);

/**
 * Found whether or not it may be repaired now: a deployment at work and a pause are for `repairActions` to respect.
 *
 * @param observed undefined: the target did not answer for this service
 * @param now milliseconds since the epoch
 */
export function findDrift(desired: Desired, observed: Observed | undefined, now: number): readonly Drift[] {
  if (observed === undefined) return NOT_OBSERVED;
  const found: Drift[] = [];
  for (const revision in desired.revisions) {
    const wanted = desired.revisions[revision as RevisionId];
    if (wanted !== undefined) revisionDrift(wanted, observed.instances, desired.zonesLost, now, found);
  }
  if (differs(desired.weights, observed.weights)) found.push({ kind: 'weights', want: desired.weights, have: observed.weights, ready: ready(desired.weights, observed.instances) });
  strayDrift(desired, observed, found);
  return found.length === 0 ? NOTHING : found;
}

/** What `sameWeights` says, without making anything. */
function differs(want: Weights, have: Weights): boolean {
  for (const revision in want) if ((want[revision as RevisionId] ?? 0) !== (have[revision as RevisionId] ?? 0)) return true;
  for (const revision in have) if ((want[revision as RevisionId] ?? 0) !== (have[revision as RevisionId] ?? 0)) return true;
  return false;
}

function ready(want: Weights, instances: readonly ObservedInstance[]): boolean {
  for (const revision in want) {
    if ((want[revision as RevisionId] ?? 0) > 0 && !instances.some((instance) => instance.revision === revision && instance.health === 'healthy')) return false;
  }
  return true;
}

function strayDrift(desired: Desired, observed: Observed, found: Drift[]): void {
  let unknown: Set<RevisionId> | undefined;
  for (const instance of observed.instances) {
    if (instance.stray === true) {
      found.push({ kind: 'stray-instance', instance: instance.instance, revision: instance.revision, unrecorded: true });
      continue;
    }
    if (instance.revision in desired.revisions || instance.health === 'stopped' || instance.health === 'draining') continue;
    found.push({ kind: 'stray-instance', instance: instance.instance, revision: instance.revision, unrecorded: false });
    unknown ??= new Set();
    unknown.add(instance.revision);
  }
  for (const revision in observed.weights) {
    if (revision in desired.revisions || (observed.weights[revision as RevisionId] ?? 0) === 0) continue;
    unknown ??= new Set();
    unknown.add(revision as RevisionId);
  }
  for (const revision of observed.leftovers ?? []) {
    if (revision in desired.revisions) continue;
    unknown ??= new Set();
    unknown.add(revision);
  }
  if (unknown === undefined) return;
  for (const revision of unknown) found.push({ kind: 'unknown-revision', revision, weight: observed.weights[revision] ?? 0 });
}
