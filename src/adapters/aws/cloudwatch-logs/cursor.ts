/** Where output that comes later begins: handed out with each look, and given back unchanged with the next. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { InvalidInput } from '../../../domain/errors.ts';
import type { LogEvent } from '../calls/signed-logs.ts';

/** Events are there a while after their time, and not in order: so far back the next look looks again, and leaves out what was shown. */
export const OVERLAP_MS = 15_000;
/** In one cursor, which is part of an address: of all its sources together. */
const SEEN_MAX = 280;
const DIGITS = 6;
const KEY_DIGITS = 8;

const Position = z.strictObject({ from: z.int().min(0), seen: z.string().max(SEEN_MAX * DIGITS) });
/** Of one source: from when on, and which events after that were shown. */
export type Position = z.infer<typeof Position>;
const Cursor = z.strictObject({ at: z.int().min(0), sources: z.record(z.string(), Position) });
/** `at`: when it was made, from which on a source counts that was not there yet. */
export type Cursor = z.infer<typeof Cursor>;

const digits = (text: string, count: number): string => createHash('sha256').update(text).digest('base64url').slice(0, count);
const mark = ({ eventId }: LogEvent): string => digits(eventId, DIGITS);
/** A source, as a cursor names it. */
export const keyOf = (name: string): string => digits(name, KEY_DIGITS);

const seenIn = ({ seen }: Position): ReadonlySet<string> => new Set(seen.match(new RegExp(`.{${DIGITS}}`, 'g')) ?? []);
export const unseen = (events: readonly LogEvent[], position: Position): LogEvent[] => {
  const seen = seenIn(position);
  return events.filter((event) => event.timestamp >= position.from && !seen.has(mark(event)));
};

/**
 * After these events, oldest first.
 * @param read whether all there was has been read, else the next look goes on with the last one; when; and of how many sources
 */
export function after(events: readonly LogEvent[], before: Position, { whole, now, sources }: { readonly whole: boolean; readonly now: number; readonly sources: number }): Position {
  const last = events.at(-1)?.timestamp ?? before.from;
  const back = Math.max(before.from, whole ? now - OVERLAP_MS : last - OVERLAP_MS);
  const within = events.filter(({ timestamp }) => timestamp >= back);
  // More than a cursor holds: looked back at less far, from the oldest that is still remembered.
  const kept = within.slice(-Math.floor(SEEN_MAX / sources));
  const from = kept.length < within.length ? (kept[0]?.timestamp ?? last) + 1 : back;
  return { from, seen: kept.filter(({ timestamp }) => timestamp >= from).map(mark).join('') };
}

export const written = (cursor: Cursor): string => Buffer.from(JSON.stringify([cursor.at, Object.entries(cursor.sources).map(([name, { from, seen }]) => [name, from, seen])])).toString('base64url');

const Form = z.tuple([z.number(), z.array(z.tuple([z.string(), z.number(), z.string()]))]);

/** @throws InvalidInput for what is no cursor of a look */
export function readCursor(text: string): Cursor {
  const form = Form.safeParse(jsonOf(Buffer.from(text, 'base64url').toString('utf8')));
  const cursor = Cursor.safeParse(form.success ? { at: form.data[0], sources: Object.fromEntries(form.data[1].map(([name, from, seen]) => [name, { from, seen }])) } : undefined);
  if (!cursor.success) throw new InvalidInput('This is no cursor of a look at output. Take it as the answer before gave it, or leave it out.');
  return cursor.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
