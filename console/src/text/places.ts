/** What a place looks like at a glance. Pure. */
import type { AnswerOf } from '../api/operations.ts';
import type { Tone } from '../parts/icon.tsx';
import { counted } from './numbers.ts';

export type Row = AnswerOf<'listOverview'>[number];
export type Place = Row['places'][number];

export interface Glance {
  readonly tone: Tone;
  /** One or two words. */
  readonly word: string;
  /** A sentence, for a title and a screen reader. */
  readonly sentence: string;
}

/** As people say it, not as drift is named in the code. */
export const DRIFT_WORDS: Readonly<Record<Place['drift'][number], string>> = {
  'not-observed': 'not seen', weights: 'traffic differs', 'failed-instance': 'instance failed', zone: 'zones uneven', 'missing-instances': 'instances missing', 'stray-instance': 'stray instance', 'unknown-revision': 'unknown revision',
  'surplus-instances': 'too many instances', quarantined: 'crash loop',
};

export function glance(place: Place): Glance {
  const share = `${place.healthy} of ${place.wanted}`;
  const drift = place.drift.map((kind) => DRIFT_WORDS[kind]).join(', ');
  if (place.deployment !== null) return { tone: 'busy', word: 'deploying', sentence: `${place.deployment} is at work; ${share} instances are healthy.` };
  if (place.stable === null) return { tone: 'idle', word: 'nothing stable', sentence: 'No release is stable here yet.' };
  if (place.wanted === 0) return { tone: 'idle', word: 'scaled to 0', sentence: 'The release is kept; no instance is asked for.' };
  if (place.healthy === 0) return { tone: 'bad', word: 'down', sentence: `None of ${counted(place.wanted, 'instance')} is healthy.${drift === '' ? '' : ` Drift: ${drift}.`}` };
  if (place.drift.includes('quarantined')) return { tone: 'bad', word: 'crash loop', sentence: `${share} instances are healthy; one crashes again and again and waits for a person.` };
  if (place.healthy < place.wanted) return { tone: 'warn', word: share, sentence: `${share} instances are healthy.${drift === '' ? '' : ` Drift: ${drift}.`}` };
  if (place.drift.length > 0) return { tone: 'warn', word: 'drift', sentence: `${share} instances are healthy. Drift: ${drift}.` };
  return { tone: 'good', word: 'healthy', sentence: `${share} instances are healthy, and nothing drifted.` };
}

export const STATES = ['any', 'waiting', 'running', 'unwell', 'drift', 'paused'] as const;
export type State = (typeof STATES)[number];
export const STATE_WORDS = { any: 'Any state', waiting: 'Waits for a decision', running: 'Deploying', unwell: 'Not healthy', drift: 'Drifted', paused: 'Repair paused' } as const satisfies Record<State, string>;

const IS = {
  any: () => true,
  waiting: ({ waiting }) => waiting.length > 0,
  running: ({ running }) => running.length > 0,
  unwell: ({ places }) => places.some((place) => ['bad', 'warn'].includes(glance(place).tone)),
  drift: ({ places }) => places.some(({ drift }) => drift.length > 0),
  paused: ({ places }) => places.some(({ paused }) => paused),
} as const satisfies Record<State, (row: Row) => boolean>;

export const isIn = (row: Row, state: State): boolean => IS[state](row);

export const SORTS = ['attention', 'name', 'team', 'changed'] as const;
export type Sort = (typeof SORTS)[number];

/** What wants somebody's eye first: waiting, then unwell, then deploying. */
const urgency = (row: Row): number => (IS.waiting(row) ? 0 : row.places.some((place) => glance(place).tone === 'bad') ? 1 : IS.unwell(row) ? 2 : IS.running(row) ? 3 : 4);
const changed = ({ places, running }: Row): number => Math.max(0, ...places.map(({ changedAt }) => changedAt), ...running.map(({ startedAt }) => startedAt));
const byName = (one: Row, other: Row): number => (one.service < other.service ? -1 : one.service > other.service ? 1 : 0);

const ORDER = {
  attention: (one, other) => urgency(one) - urgency(other) || byName(one, other),
  name: byName,
  team: (one, other) => (one.team < other.team ? -1 : one.team > other.team ? 1 : byName(one, other)),
  changed: (one, other) => changed(other) - changed(one) || byName(one, other),
} as const satisfies Record<Sort, (one: Row, other: Row) => number>;

export interface Wanted {
  readonly text: string;
  readonly team: string;
  readonly state: State;
  readonly sort: Sort;
}

/** Those that fit, in the order asked for. */
export const wanted = (rows: readonly Row[], { text, team, state, sort }: Wanted): Row[] => rows
  .filter((row) => (team === '' || row.team === team) && (text === '' || row.service.includes(text) || row.team.toLowerCase().includes(text)) && isIn(row, state))
  .sort(ORDER[sort]);
