/** Places that something happened to. A mark stands until a look that began after the last event has ended: none is lost, and a burst of events is few looks. */
import * as z from 'zod';
import { SlipwayError } from '../domain/errors.ts';
import { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { reconcile, type Reconciled, type ReconcileNeeds } from './reconcile.ts';
import type { PlaceRef } from './repair-lease.ts';
import { resumeStuck } from './resume-stuck.ts';
import { expecting, findDesired, list, read, untilWritten, type Stored } from './state/documents.ts';
import { dirtyKey, shards } from './state/keys.ts';

const Dirty = z.strictObject({ service: ServiceName, environment: EnvironmentName, markedAt: z.number() });
type Dirty = z.infer<typeof Dirty>;

/** A look that marked and then died is not waited for longer than this. */
const LOOK_MAX_MS = 60_000;
/** Looks in a row for events that came during a look; what comes then is for the next pass. */
const LOOKS_MAX = 3;

/** Raises the mark. Answers it, and whether somebody is looking already, who will see that it was raised. */
const mark = (needs: Pick<Ports, 'store' | 'clock'>, { service, environment }: PlaceRef): Promise<{ mark: Stored<Dirty>; busy: boolean }> => untilWritten(async () => {
  const key = dirtyKey(service, environment);
  const before = await read(needs.store, Dirty, key);
  const now = needs.clock.now();
  const busy = before !== undefined && now - before.value.markedAt < LOOK_MAX_MS;
  const value = { service, environment, markedAt: busy ? before.value.markedAt : now };
  await needs.store.transact([{ kind: 'put', key, value, condition: expecting(before) }]);
  return { mark: { key, value, generation: (before?.generation ?? 0) + 1 }, busy };
});

/** Takes the mark away unless it was raised since. Answers whether it is gone. */
async function clear(needs: Pick<Ports, 'store'>, mark: Stored<Dirty>): Promise<boolean> {
  try {
    await needs.store.transact([{ kind: 'delete', key: mark.key, condition: { generation: mark.generation } }]);
    return true;
  } catch (error) {
    if (error instanceof SlipwayError && error.name === 'Conflict') return false;
    throw error;
  }
}

export interface LookedNow {
  /** Places looked at now. */
  readonly looked: number;
  /** Marks left to whoever is looking, or to the next pass. */
  readonly left: number;
}

/** Marks the places and looks at those that nobody is looking at. */
export const lookNow = (needs: ReconcileNeeds) => async (places: readonly PlaceRef[]): Promise<LookedNow> => {
  const marked = await Promise.all(places.map((place) => mark(needs, place)));
  let open = marked.filter(({ busy }) => !busy).map((one) => one.mark);
  const looked = open.length;
  for (let turn = 0; turn < LOOKS_MAX && open.length > 0; turn += 1) open = (await look(needs, open)).open;
  return { looked, left: open.length + marked.length - looked };
};

/** One look at these places. Those of a target that did not answer stay marked. */
async function look(needs: ReconcileNeeds, marks: readonly Stored<Dirty>[]): Promise<{ reconciled: Reconciled; open: Stored<Dirty>[] }> {
  const reconciled = await reconcile(needs)({ places: marks.map(({ value: { service, environment } }) => ({ service, environment })) });
  const open: Stored<Dirty>[] = [];
  for (const one of marks) {
    const desired = reconciled.failed.length === 0 ? undefined : await findDesired(needs.store, one.value.service, one.value.environment);
    if (desired !== undefined && reconciled.failed.includes(desired.value.target)) continue;
    if (await clear(needs, one)) continue;
    const raised = await read(needs.store, Dirty, one.key);
    if (raised !== undefined) open.push(raised);
  }
  return { reconciled, open };
}

/** The pass of every minute: looks at what is marked and reads nothing else, then sees to pipelines whose execution has died. */
export const reconcileDirty = (needs: ReconcileNeeds) => async (): Promise<Reconciled> => {
  const marks = (await Promise.all(shards().map((shard) => list(needs.store, Dirty, `dirty#${shard}`, '')))).flat();
  const { reconciled } = marks.length === 0 ? { reconciled: { looked: 0, drifted: [], repairs: 0, failed: [] } } : await look(needs, marks);
  await resumeStuck(needs);
  return reconciled;
};
