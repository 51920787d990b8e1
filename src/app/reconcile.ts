/** The safety net: looks at what really runs everywhere, or at the places named, and starts a repair only where something drifted. */
import { ProviderUnavailable } from '../domain/errors.ts';
import { findDrift } from '../domain/drift/find-drift.ts';
import { repairActions } from '../domain/drift/repair-actions.ts';
import type { Drift } from '../domain/drift/drift.ts';
import { Desired, type Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { tellCrashLoops } from './crash-loops.ts';
import { keepObserved, observe } from './observe.ts';
import { isOfOnePlace, tellOutages, type Failure } from './outages.ts';
import { startRepair, type PlaceRef } from './repair-lease.ts';
import { resumeStuck } from './resume-stuck.ts';
import type { CommitNeeds } from './state/commit.ts';
import { findDesired, findObserved, pages } from './state/documents.ts';
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

type Where = readonly PlaceRef[] | 'all' | { readonly shards: readonly string[] };

/** With `repair: false` it only looks. Part after part: what is read of one is let go before the next, and whoever else waits has a turn between them. */
export const reconcile = (needs: ReconcileNeeds) => async (input: { places: Where; repair?: boolean }): Promise<Reconciled> => {
  const targets = new Map<string, Looked>();
  const drifted: Reconciled['drifted'][number][] = [];
  let [looked, repairs] = [0, 0];
  for await (const part of partsOf(needs, input.places)) {
    looked += part.length;
    for (const [target, group] of byTarget(part)) {
      const state = targets.get(target) ?? { asked: 0, seen: new Set(), isDown: false, failures: [], calls: { left: CALLS_MAXIMUM } };
      targets.set(target, state);
      const observed = await lookAt(needs, target, group, state);
      for (const desired of group) {
        const found = observed.get(placeName(desired.service, desired.environment));
        const drifts = found === undefined ? [] : findDrift(desired, found, needs.clock.now());
        if (drifts.length === 0) continue;
        drifted.push({ service: desired.service, environment: desired.environment, drifts });
        if (input.repair === false) continue;
        // Where repair would do nothing about it, no repair would come to tell.
        if (desired.deployment === null && desired.paused === null) await tellCrashLoops(needs, desired, drifts);
        if (repairActions(desired, drifts).length > 0 && (await startRepair(needs, desired, drifts))) repairs += 1;
      }
    }
  }
  const failed = await tellFailures(needs, targets, drifted);
  if (input.places === 'all' && input.repair !== false) await resumeStuck(needs);
  return { looked, drifted, repairs, failed };
};

/** Never more at once than one observe call takes, or than the settings say. */
async function* partsOf(needs: Pick<Ports, 'store' | 'settings'>, places: Where): AsyncGenerator<readonly Desired[]> {
  const size = Math.min(needs.settings.placesAtOnce ?? REFS_MAXIMUM, REFS_MAXIMUM);
  if (places !== 'all' && !('shards' in places)) {
    for (let start = 0; start < places.length; start += size) {
      const found = await Promise.all(places.slice(start, start + size).map((place) => findDesired(needs.store, place.service, place.environment)));
      yield found.flatMap((stored) => (stored === undefined ? [] : [stored.value]));
    }
    return;
  }
  let part: Desired[] = [];
  for (const shard of places === 'all' ? shards() : places.shards) {
    for await (const page of pages(needs.store, Desired, `desired#${shard}`, '', () => size - part.length)) {
      part.push(...page.map(({ value }) => value));
      if (part.length < size) continue;
      yield part;
      part = [];
    }
  }
  if (part.length > 0) yield part;
}

function byTarget(places: readonly Desired[]): Map<string, Desired[]> {
  const groups = new Map<string, Desired[]>();
  for (const place of places) {
    const group = groups.get(place.target);
    if (group === undefined) groups.set(place.target, [place]);
    else group.push(place);
  }
  return groups;
}

/** How one target has answered so far in this pass. */
interface Looked {
  asked: number;
  /** The names of the places that it answered for. */
  readonly seen: Set<string>;
  /** It failed in a way that passes: what is left of it is for the next pass. */
  isDown: boolean;
  readonly failures: Failure[];
  /** Calls left to look for the places that it refuses. */
  readonly calls: { left: number };
}

async function lookAt(needs: ReconcileNeeds, target: string, group: readonly Desired[], state: Looked): Promise<ReadonlyMap<string, Observed>> {
  const found = new Map<string, Observed>();
  state.asked += group.length;
  if (state.isDown) state.failures.findLast(({ error }) => !isOfOnePlace(error))?.places.push(...group);
  else {
    const failures = await look(needs, target, group, found, state.calls);
    state.failures.push(...failures);
    state.isDown = failures.some(({ error }) => !isOfOnePlace(error));
  }
  for (const name of found.keys()) state.seen.add(name);
  return found;
}

/** One target that does not answer never stalls the others: it is named, told, and looked at again in the next pass. */
async function tellFailures(needs: ReconcileNeeds, targets: ReadonlyMap<string, Looked>, drifted: Reconciled['drifted'][number][]): Promise<string[]> {
  for (const [target, looked] of targets) {
    // Of a target that answered for none there is nothing to say but that.
    const unseen = looked.seen.size > 0 ? looked.failures.flatMap(({ places }) => places) : [];
    drifted.push(...unseen.map((desired) => ({ service: desired.service, environment: desired.environment, drifts: findDrift(desired, undefined, needs.clock.now()) })));
    await tellOutages(needs, target, looked);
  }
  return [...targets].flatMap(([target, { failures }]) => (failures.length > 0 ? [target] : []));
}

/** So many calls more find a few places among a thousand; where most of them are refused, the next pass goes on. */
const CALLS_MAXIMUM = 64;

/**
 * Looks at many places with one call. A place that its target refuses for good (settings, a role, a listener that is gone) is looked for by
 * halves, so that it hides no other one. After a passing fault nothing is asked again: a target that is down would be asked for each place.
 */
async function look(needs: ReconcileNeeds, target: string, part: readonly Desired[], found: Map<string, Observed>, calls: { left: number }): Promise<Failure[]> {
  try {
    const before = await Promise.all(part.map(({ service, environment }) => findObserved(needs.store, service, environment)));
    const looks = await needs.targets.observe(target, part.map((desired) => placeOf(desired)));
    const checked = part.map((desired, index) => lookOf(desired, looks[index]));
    // Side by side: what is written for many places at once is one commit.
    await Promise.all(checked.map(async (looked, index) => {
      const kept = await keepObserved(needs, before[index], looked);
      const desired = part[index];
      found.set(placeName(looked.service, looked.environment), kept || desired === undefined ? looked : await observe(needs, desired));
    }));
    return [];
  } catch (error) {
    if (part.length === 1 || !isOfOnePlace(error) || calls.left <= 0) return [{ places: [...part], error }];
    calls.left -= 2;
    const middle = Math.ceil(part.length / 2);
    return [...await look(needs, target, part.slice(0, middle), found, calls), ...await look(needs, target, part.slice(middle), found, calls)];
  }
}

/** @throws ProviderUnavailable when what was answered is not about this place */
function lookOf({ service, environment }: Desired, looked: Observed | undefined): Observed {
  if (looked === undefined || looked.service !== service || looked.environment !== environment) throw new ProviderUnavailable(`it did not answer for ${service} in ${environment}`);
  return looked;
}
