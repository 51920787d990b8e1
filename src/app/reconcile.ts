/** The safety net: looks at what really runs everywhere, or at the places named, and starts a repair only where something drifted. */
import { NotSupported, ProviderUnavailable, SlipwayError } from '../domain/errors.ts';
import { findDrift } from '../domain/drift/find-drift.ts';
import { repairActions } from '../domain/drift/repair-actions.ts';
import type { Drift } from '../domain/drift/drift.ts';
import { Desired, type Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { keepObserved, observe } from './observe.ts';
import { startRepair, type PlaceRef } from './repair-lease.ts';
import { resumeStuck } from './resume-stuck.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { findDesired, findObserved, list, type Stored } from './state/documents.ts';
import { placeName, shards } from './state/keys.ts';
import { placeOf } from './target-calls.ts';

export type ReconcileNeeds = CommitNeeds & Pick<Ports, 'targets' | 'settings'>;

export interface Reconciled {
  readonly looked: number;
  readonly drifted: readonly { readonly service: string; readonly environment: string; readonly drifts: readonly Drift[] }[];
  readonly repairs: number;
  /** Targets that did not answer, for all of their services or for some; those are looked at in the next pass. */
  readonly failed: readonly string[];
}

/** As many as one observe call takes. */
const REFS_MAXIMUM = 1000;

/** With `repair: false` it only looks. */
export const reconcile = (needs: ReconcileNeeds) => async (input: { places: readonly PlaceRef[] | 'all' | { readonly shards: readonly string[] }; repair?: boolean }): Promise<Reconciled> => {
  const places = input.places === 'all' ? await everywhere(needs, shards()) : 'shards' in input.places ? await everywhere(needs, input.places.shards) : (await Promise.all(input.places.map((place) => findDesired(needs.store, place.service, place.environment)))).filter((stored) => stored !== undefined);
  const failed: string[] = [];
  const drifted: Reconciled['drifted'][number][] = [];
  let repairs = 0;
  for (const [target, group] of byTarget(places)) {
    const observed = await observeAll(needs, target, group, failed);
    if (observed === undefined) continue;
    for (const { value: desired } of group) {
      const drifts = findDrift(desired, observed.get(placeName(desired.service, desired.environment)), needs.clock.now());
      if (drifts.length === 0) continue;
      drifted.push({ service: desired.service, environment: desired.environment, drifts });
      if (input.repair !== false && repairActions(desired, drifts).length > 0 && (await startRepair(needs, desired))) repairs += 1;
    }
  }
  if (input.places === 'all' && input.repair !== false) await resumeStuck(needs);
  return { looked: places.length, drifted, repairs, failed };
};

async function everywhere(needs: Pick<Ports, 'store'>, shards: readonly string[]): Promise<Stored<Desired>[]> {
  const all: Stored<Desired>[] = [];
  for (const shard of shards) all.push(...await list(needs.store, Desired, `desired#${shard}`, '', 100_000));
  return all;
}

function byTarget(places: readonly Stored<Desired>[]): Map<string, Stored<Desired>[]> {
  const groups = new Map<string, Stored<Desired>[]>();
  for (const place of places) {
    const group = groups.get(place.value.target);
    if (group === undefined) groups.set(place.value.target, [place]);
    else group.push(place);
  }
  return groups;
}

/** One target that does not answer never stalls the others: it is named, told, and looked at again in the next pass. */
async function observeAll(needs: ReconcileNeeds, target: string, group: readonly Stored<Desired>[], failed: string[]): Promise<Map<string, Observed> | undefined> {
  const found = new Map<string, Observed>();
  const failures: Failure[] = [];
  for (let start = 0; start < group.length; start += REFS_MAXIMUM) failures.push(...await look(needs, target, group.slice(start, start + REFS_MAXIMUM).map(({ value }) => value), found));
  if (failures.length > 0) failed.push(target);
  for (const { places, error } of failures) {
    const [only] = places.length === 1 && group.length > 1 ? places : [];
    const whose = only === undefined ? { service: null, environment: null } : { service: only.service, environment: only.environment };
    const what = only === undefined ? `Its ${places.length} services are` : `${only.service} in ${only.environment} is`;
    await commit(needs, [], [alerting('warning', 'target-unavailable', whose, `The target ${target} did not answer: ${error instanceof Error ? error.message : String(error)}. ${what} looked at again in the next pass.`)]);
  }
  return found.size === 0 && failures.length > 0 ? undefined : found;
}

interface Failure {
  readonly places: readonly Desired[];
  readonly error: unknown;
}

/** So many calls find a few places among a thousand; where most of them are refused, the next pass goes on. */
const CALLS_MAXIMUM = 64;

/**
 * Looks at many places with one call. A place that its target refuses for good (settings, a role, a listener that is gone) is looked for by
 * halves, so that it hides no other one. After a passing fault nothing is asked again: a target that is down would be asked for each place.
 */
async function look(needs: ReconcileNeeds, target: string, part: readonly Desired[], found: Map<string, Observed>, calls = { left: CALLS_MAXIMUM }): Promise<Failure[]> {
  calls.left -= 1;
  try {
    const before = await Promise.all(part.map(({ service, environment }) => findObserved(needs.store, service, environment)));
    const looks = await needs.targets.observe(target, part.map((desired) => placeOf(desired)));
    for (const [index, desired] of part.entries()) {
      const looked = looks[index];
      if (looked === undefined || looked.service !== desired.service || looked.environment !== desired.environment) throw new ProviderUnavailable(`it did not answer for ${desired.service} in ${desired.environment}`);
      const kept = await keepObserved(needs, before[index], looked);
      found.set(placeName(desired.service, desired.environment), kept ? looked : await observe(needs, desired));
    }
    return [];
  } catch (error) {
    const isOfOnePlace = error instanceof SlipwayError && error.retry === 'final' && !(error instanceof NotSupported);
    if (part.length === 1 || !isOfOnePlace || calls.left <= 0) return [{ places: part, error }];
    const middle = Math.ceil(part.length / 2);
    return [...await look(needs, target, part.slice(0, middle), found, calls), ...await look(needs, target, part.slice(middle), found, calls)];
  }
}
