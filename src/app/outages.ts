/** Tells once that a target does not answer, for all of its services or for one, and once that it answers again and goes on doing so. */
import * as z from 'zod';
import { NotSupported, SlipwayError } from '../domain/errors.ts';
import { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { Effect } from '../domain/outbox.ts';
import type { Desired } from '../domain/state.ts';
import type { PlaceRef } from './repair-lease.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { creating, list, type Stored } from './state/documents.ts';
import { outageKey, placeName } from './state/keys.ts';
import type { Write } from '../ports/item-store.ts';

/** Stands while a target does not answer, and until it has answered for a while. */
const Outage = z.strictObject({
  since: z.number(),
  place: z.strictObject({ service: ServiceName, environment: EnvironmentName }).nullable(),
  /** Null while it does not. */
  answersSince: z.number().nullable().default(null),
  /** How often it answered and then did not again. */
  relapses: z.int().min(0).default(0),
});
type Outage = z.infer<typeof Outage>;

export interface Failure {
  readonly places: Desired[];
  readonly error: unknown;
}

/** How one target has answered in a pass. */
export interface Answered {
  /** For so many places. */
  readonly asked: number;
  /** The names of the places that it answered for. */
  readonly seen: ReadonlySet<string>;
  readonly failures: readonly Failure[];
}

/** An outage that lasts so long is told again: whoever it was told may be somebody else by now. */
const TOLD_FOR_SECONDS = 7 * 86_400;
/** One that answers, fails and answers within minutes is one outage: people are told that it is over when it has been for so long. */
export const STEADY_MS = 600_000;

/** Refused for good: the place's own settings, role or listener; another place of the same target may well be answered for. */
export const isOfOnePlace = (error: unknown): boolean => error instanceof SlipwayError && error.retry === 'final' && !(error instanceof NotSupported);

/** Writes nothing in a pass in which every target answers as it did in the one before, but for the end of an outage. */
export async function tellOutages(needs: CommitNeeds, target: string, answered: Answered): Promise<void> {
  const failing = scopesOf(answered);
  const known = new Map((await list(needs.store, Outage, outageKey(target, null).partition, '')).map((stored) => [stored.key.sort, stored]));
  const now = needs.clock.now();
  for (const { place, failure } of failing.values()) {
    const key = outageKey(target, place);
    const stored = known.get(key.sort);
    if (stored === undefined) await once(needs, creating(key, Outage.parse({ since: now, place }), expiryOf(now)), [alerting('warning', 'target-unavailable', place ?? NO_PLACE, failureText(target, place, failure))]);
    else if (stored.value.answersSince !== null) await once(needs, changing(stored, { answersSince: null, relapses: stored.value.relapses + 1 }));
  }
  for (const stored of known.values()) {
    if (!isAnswered(stored, answered, failing)) continue;
    const { answersSince } = stored.value;
    if (answersSince === null) await once(needs, changing(stored, { answersSince: now }));
    else if (now - answersSince >= STEADY_MS) await tellRecovered(needs, target, stored, answersSince);
  }
}

const expiryOf = (since: number): number => Math.floor(since / 1000) + TOLD_FOR_SECONDS;
const changing = (stored: Stored<Outage>, parts: Partial<Outage>): Write => ({ kind: 'put', key: stored.key, value: { ...stored.value, ...parts }, condition: { generation: stored.generation }, expiresAtSeconds: expiryOf(stored.value.since) });

const NO_PLACE = { service: null, environment: null };

interface Scope {
  readonly place: PlaceRef | null;
  readonly failure: Failure;
}

/** By the sort key of its outage. What is of no single place is the target's own trouble, and is told as one. */
function scopesOf({ asked, seen, failures }: Answered): Map<string, Scope> {
  const scopes = new Map<string, Scope>();
  for (const failure of failures) {
    const [only] = failure.places;
    const ofOne = only !== undefined && failure.places.length === 1 && isOfOnePlace(failure.error) && (seen.size > 0 || asked === 1);
    const place = ofOne ? { service: only.service, environment: only.environment } : null;
    const { sort } = outageKey('', place);
    const places = [...(scopes.get(sort)?.failure.places ?? []), ...failure.places];
    scopes.set(sort, { place, failure: { places, error: scopes.get(sort)?.failure.error ?? failure.error } });
  }
  return scopes;
}

/** An answer for any place is one of the target as a whole; for a place, only one for it. */
const isAnswered = ({ key, value: { place } }: Stored<Outage>, { seen }: Answered, failing: ReadonlyMap<string, Scope>): boolean =>
  (place === null ? seen.size > 0 && !failing.has(key.sort) : seen.has(placeName(place.service, place.environment)));

async function tellRecovered(needs: CommitNeeds, target: string, { key, generation, value: { since, place, relapses } }: Stored<Outage>, answersSince: number): Promise<void> {
  const whose = place === null ? '' : ` for ${place.service} in ${place.environment}`;
  const minutes = Math.round((answersSince - since) / 60_000);
  const between = relapses === 0 ? '' : ` It answered ${relapses === 1 ? 'once' : `${relapses} times`} in between, for less than ${STEADY_MS / 60_000} minutes.`;
  await once(needs, { kind: 'delete', key, condition: { generation } },
    [alerting('info', 'target-recovered', place ?? NO_PLACE, `The target ${target} answers again${whose}, since ${new Date(answersSince).toISOString()}. It had not since ${new Date(since).toISOString()} (${minutes} min).${between}`)]);
}

function failureText(target: string, place: PlaceRef | null, { places, error }: Failure): string {
  const what = place !== null ? `${place.service} in ${place.environment} is` : places.length === 1 ? 'Its one service is' : `Its ${places.length} services are`;
  return `The target ${target} did not answer: ${error instanceof Error ? error.message : String(error)}. ${what} looked at again in every pass, and it is told when it answers.`;
}

/** Another pass at the same time may have written it. */
async function once(needs: CommitNeeds, write: Write, effects: readonly Effect[] = []): Promise<void> {
  try {
    await commit(needs, [write], effects);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}
