/**
 * What changes, as it changes: a stream where the server can, asked for again and again where the gateway cannot. A broken connection
 * is said, made again, and goes on after the last event that came (Last-Event-ID), so that nothing is missed.
 */
import { apiUrl } from './client.ts';
import { eventReader } from './event-stream.ts';
import type { AnswerOf, Change, ChangeEvent } from './operations.ts';
import { currentToken, forget, onSessionChange } from './session.ts';

export type LiveState = 'connecting' | 'live' | 'polling' | 'lost';
/** `null`: events are missing, so everything may have changed. */
export type Changes = readonly Change[] | null;

const PATH = '/v1/events';
const POLL_MS = 3000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000] as const;
/** The server says something every 15 s; after this long without a word the connection is taken for dead. */
const SILENCE_MS = 40_000;

let state: LiveState = 'connecting';
let last: string | null = null;
let failures = 0;
let attempt: AbortController | undefined;
let wake: (() => void) | undefined;
const stateListeners = new Set<() => void>();
const changeListeners = new Set<(changes: Changes) => void>();

export const liveState = (): LiveState => state;
export function onLiveState(listener: () => void): () => void {
  stateListeners.add(listener);
  return () => void stateListeners.delete(listener);
}
export function onChanges(listener: (changes: Changes) => void): () => void {
  changeListeners.add(listener);
  return () => void changeListeners.delete(listener);
}

function become(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const listener of stateListeners) listener();
}

/** More than this is as if all had changed. */
const HELD_MAX = 500;
/** What changed while nobody looked at the tab: hundreds of tabs in the background would all read the same at each change. */
let held: Changes | undefined;

function tell(changes: Changes): void {
  if (!document.hidden) {
    for (const listener of changeListeners) listener(changes);
    return;
  }
  const before = held ?? [];
  held = held === null || changes === null || before.length + changes.length > HELD_MAX ? null : [...before, ...changes];
}

function tellHeld(): void {
  if (document.hidden || held === undefined) return;
  const changes = held;
  held = undefined;
  tell(changes);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  wake = () => { clearTimeout(timer); resolve(); };
});

/** Runs for as long as the page is open. */
export async function listen(): Promise<never> {
  document.addEventListener('visibilitychange', tellHeld);
  addEventListener('online', () => wake?.());
  addEventListener('offline', () => attempt?.abort());
  onSessionChange(() => { last = null; attempt?.abort(); wake?.(); });
  for (;;) {
    const token = currentToken();
    if (token === null) {
      become('connecting');
      await pause(60_000);
      continue;
    }
    try {
      await connect(token);
    } catch {
      // Whatever it was: it is tried again.
    }
    if (currentToken() !== token) continue;
    if (state !== 'polling') become('lost');
    await pause(state === 'polling' ? POLL_MS : RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 8000);
    failures += 1;
  }
}

async function connect(token: string): Promise<void> {
  attempt = new AbortController();
  const query = last === null ? '' : `?after=${encodeURIComponent(last)}`;
  const response = await fetch(apiUrl(`${PATH}${query}`), {
    signal: attempt.signal, credentials: 'omit', cache: 'no-cache',
    headers: { accept: 'text/event-stream, application/json;q=0.5', authorization: `Bearer ${token}`, ...(last === null ? {} : { 'last-event-id': last }) },
  });
  if (response.status === 401) forget(token);
  if (!response.ok) throw new Error(`${PATH} answered ${response.status}`);
  const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
  if (isStream) return follow(response, attempt);
  const answer = (await response.json()) as AnswerOf<'readEvents'>;
  if (state === 'lost' && last === null) tell(null);
  become('polling');
  failures = 0;
  last = answer.next;
  if (answer.reset) tell(null);
  else if (answer.events.length > 0) tell(answer.events.flatMap(({ changes }) => changes));
}

async function follow(response: Response, controller: AbortController): Promise<void> {
  const read = eventReader();
  const decoder = new TextDecoder();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const listening = () => {
    clearTimeout(silence);
    silence = setTimeout(() => controller.abort(), SILENCE_MS);
  };
  try {
    listening();
    for await (const bytes of chunksOf(response)) {
      listening();
      for (const event of read(decoder.decode(bytes, { stream: true }))) {
        if (event.id !== null) last = event.id;
        if (event.event === 'change') tell((JSON.parse(event.data) as ChangeEvent).changes);
        else if (event.event === 'reset') tell(null);
        become('live');
        failures = 0;
      }
    }
  } finally {
    clearTimeout(silence);
  }
}

/** Not every browser iterates over a body. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
