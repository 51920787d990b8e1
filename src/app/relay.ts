/**
 * Tells a subscriber what changed: everything, in order, at least once. How far it was told is kept in the store, so that a crash or an outage
 * of the other side loses nothing; what it cannot take is tried again, and one that stays away keeps nobody else from being told.
 */
import { type ChangeEvent, eventIdAt, timeOf } from '../domain/change.ts';
import { SlipwayError } from '../domain/errors.ts';
import type { Effect } from '../domain/outbox.ts';
import { afterRefusal, RelayState, taken } from '../domain/relay.ts';
import type { Ports } from '../ports/index.ts';
import type { Subscriber } from '../ports/subscriber.ts';
import { newEvents } from './relay/new-events.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { expecting, read, type Stored } from './state/documents.ts';
import { relayKey } from './state/keys.ts';
import { EVENTS_KEPT_SECONDS } from './state/recorded-store.ts';
import { unfinished } from './unfinished.ts';

export type RelayNeeds = CommitNeeds & Pick<Ports, 'settings'>;

export type Relayed =
  /** It has nobody to tell. Once it has, it begins anew. */
  | { readonly kind: 'off' }
  /** `more`: this run has done its share, and there may be others. `newestMs`: when the last of them was written; null without any. */
  | { readonly kind: 'told'; readonly events: number; readonly more: boolean; readonly newestMs: number | null }
  /** It did not take an event lately; it is tried again then. */
  | { readonly kind: 'waiting'; readonly retryAt: number }
  | { readonly kind: 'refused'; readonly error: string; readonly reason: string; readonly attempts: number; readonly retryAt: number | null }
  /** Somebody else is telling it. */
  | { readonly kind: 'busy' };

const BATCH_EVENTS = 100;
/** Of one run, so that it ends within a function's time; the next one goes on. */
const BATCHES_MAX = 10;
/** A new subscriber is told what happened from now on, and what led to this first run. */
const BEGINS_BEFORE_MS = 60_000;
const QUIET_MS = 3_600_000;

/** One run: batch after batch until nothing is left, something fails, or it has done its share. */
export const relay = (needs: RelayNeeds, subscriber: Subscriber) => async (): Promise<Relayed> => {
  if (!(await subscriber.isWanted())) return forget(needs, subscriber.name);
  let stored = await stateOf(needs, subscriber.name);
  const now = needs.clock.now();
  if (stored.value.trouble !== null && stored.value.trouble.retryAt > now) return { kind: 'waiting', retryAt: stored.value.trouble.retryAt };
  if (stored.value.lease !== null && stored.value.lease.until > now) return { kind: 'busy' };
  let [events, newestMs]: [number, number | null] = [0, null];
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const next = await batchAfter(needs, stored.value);
    const isIdle = next.length === 0 && stored.value.lost === null;
    if (isIdle && !isDue(stored, now)) return { kind: 'told', events, more: false, newestMs };
    try {
      if (isIdle) {
        await write(needs, stored, keptUp(needs, stored.value));
        return { kind: 'told', events, more: false, newestMs };
      }
      stored = await lease(needs, stored);
      const after = await give(needs, subscriber, stored, next);
      if (after.refused !== undefined) return after.refused;
      stored = after.stored;
    } catch (error) {
      // Another run was faster: it goes on from where this one would have.
      if (error instanceof SlipwayError && error.name === 'Conflict') return { kind: 'busy' };
      throw error;
    }
    events += next.length;
    newestMs = next.at(-1)?.at ?? newestMs;
  }
  return { kind: 'told', events, more: true, newestMs };
};

async function forget(needs: RelayNeeds, subscriber: string): Promise<Relayed> {
  const known = await needs.store.get(relayKey(subscriber));
  if (known !== undefined) await needs.store.transact([{ kind: 'delete', key: relayKey(subscriber), condition: { generation: known.generation } }]);
  return { kind: 'off' };
}

/** How far it is. One whose last event is not kept any more has lost some. */
async function stateOf(needs: RelayNeeds, subscriber: string): Promise<Stored<RelayState>> {
  const now = needs.clock.now();
  const stored = await read(needs.store, RelayState, relayKey(subscriber));
  if (stored === undefined) return { key: relayKey(subscriber), generation: 0, value: { subscriber, cursor: eventIdAt(now - BEGINS_BEFORE_MS), lost: null, careful: null, trouble: null, lease: null } };
  const last = timeOf(stored.value.cursor);
  if (last >= now - EVENTS_KEPT_SECONDS * 1000) return stored;
  return { ...stored, value: { ...stored.value, lost: stored.value.lost ?? { since: last, at: now }, cursor: eventIdAt(now - (needs.settings.eventsSettleMs ?? 0)), careful: null } };
}

/** A subscriber's beginning is written down, and in quiet times that nothing happened: its last event would be too old to be kept one day. */
const isDue = ({ generation, value }: Stored<RelayState>, now: number): boolean => generation === 0 || now - timeOf(value.cursor) > QUIET_MS;

function keptUp(needs: RelayNeeds, state: RelayState): RelayState {
  const cursor = eventIdAt(needs.clock.now() - (needs.settings.eventsSettleMs ?? 0));
  return state.cursor < cursor && timeOf(state.cursor) < needs.clock.now() - QUIET_MS ? { ...state, cursor } : state;
}

/** One by one where a batch failed. After a loss, first what is unfinished. */
const batchAfter = (needs: RelayNeeds, state: RelayState): Promise<readonly ChangeEvent[]> =>
  (state.lost === null ? newEvents(needs, state.cursor, state.careful === null ? BATCH_EVENTS : 1) : unfinished(needs, state.lost.since));

/** The state as it is written now; the generation of an absent one is 0. */
async function write(needs: RelayNeeds, stored: Stored<RelayState>, value: RelayState, effects: readonly Effect[] = []): Promise<Stored<RelayState>> {
  await commit(needs, [{ kind: 'put', key: stored.key, value, condition: expecting(stored.generation === 0 ? undefined : stored) }], effects);
  return { ...stored, generation: stored.generation + 1, value };
}

/** Keeps others away while this one tells. A lease that its holder leaves behind ends by itself. */
async function lease(needs: RelayNeeds, stored: Stored<RelayState>): Promise<Stored<RelayState>> {
  const { relayLeaseSeconds } = needs.settings;
  if (relayLeaseSeconds === undefined) return stored;
  return write(needs, stored, { ...stored.value, lease: { holder: needs.ids.next(), until: needs.clock.now() + relayLeaseSeconds * 1000 } });
}

type Given = { readonly stored: Stored<RelayState>; readonly refused?: undefined } | { readonly refused: Relayed };

async function give(needs: RelayNeeds, subscriber: Subscriber, stored: Stored<RelayState>, events: readonly ChangeEvent[]): Promise<Given> {
  const free = { ...stored.value, lease: null };
  try {
    if (events.length > 0) await subscriber.take(events);
  } catch (error) {
    return refused(needs, stored, events, error);
  }
  const last = events.at(-1);
  const value = free.lost === null && last !== undefined ? taken(free, last.id) : { ...free, lost: null, trouble: null };
  const isOver = stored.value.trouble?.isTold === true;
  return { stored: await write(needs, stored, value, isOver ? [alerting('info', 'relay-recovered', NOWHERE, `${subscriber.name} takes again what changed. What happened meanwhile is told now.`)] : []) };
}

const NOWHERE = { service: null, environment: null };

async function refused(needs: RelayNeeds, stored: Stored<RelayState>, events: readonly ChangeEvent[], fault: unknown): Promise<Given> {
  const { lost, trouble, subscriber } = stored.value;
  const [error, reason] = fault instanceof Error ? [fault.name, fault.message] : ['Unknown', String(fault)];
  const mayPass = fault instanceof SlipwayError && fault.retry === 'retryable';
  // What is unfinished is given anew each time, so it counts as one event: the loss.
  const [first, last] = lost === null ? [events[0]?.id ?? stored.value.cursor, events.at(-1)?.id ?? stored.value.cursor] : [eventIdAt(lost.at), eventIdAt(lost.at)];
  const after = afterRefusal({ ...stored.value, lease: null }, { first, last, error, reason, mayPass }, needs.clock.now());
  if (after.kind === 'left-out') {
    const what = lost === null ? `the event ${first}` : 'what changed while it was away';
    await write(needs, stored, after.state, [alerting('critical', 'relay-left-out', NOWHERE, `${subscriber} was not told ${what}: it failed for too long (${error}: ${reason}). Later events are told again. Mend the cause; what it shows of that change may be out of date.`)]);
  } else {
    await write(needs, stored, after.state, after.tell ? [alerting('critical', 'relay-failing', NOWHERE, `${subscriber} has not taken what changed since ${new Date(after.state.trouble?.since ?? 0).toISOString()} (${error}: ${reason}). It is tried again each minute, and nothing is lost for 24 hours. See whether it is reachable and its credentials hold.`)] : []);
  }
  return { refused: { kind: 'refused', error, reason, attempts: after.state.trouble?.attempts ?? (trouble?.attempts ?? 0) + 1, retryAt: after.state.trouble?.retryAt ?? null } };
}
