/** Live events over HTTP (Server-Sent Events, https://html.spec.whatwg.org/multipage/server-sent-events.html), for `slipway up`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { holderIn, teams } from '../api/access.ts';
import { shownEvent } from '../api/events.ts';
import { check } from '../api/input.ts';
import { authorize, rulesFor } from '../app/authorize.ts';
import { eventsSince } from '../app/events.ts';
import { EventsQuery, readEvents } from '../contracts/api/events.ts';
import { answerOfError, problem } from '../contracts/http.ts';
import { type ChangeEvent, type ChangeFilter, EventId, eventIdAt } from '../domain/change.ts';
import type { ServiceName } from '../domain/ids.ts';
import { access } from '../domain/roles.ts';
import type { Ports } from '../ports/index.ts';

/** More would cost the others; each of them holds a connection and little else. */
export const LISTENERS_MAX = 1000;
/** A listener that does not take what it is sent is let go: it comes back with the id of the last event it has. */
const UNSENT_BYTES_MAX = 256 * 1024;
const HEARTBEAT_MS = 15_000;
/** Between two looks at whether whoever listens still may. */
const RECHECK_MS = 60_000;
const RETRY_MS = 1000;

type Needs = Pick<Ports, 'store' | 'clock' | 'settings' | 'identities' | 'environments'>;

interface Listener {
  readonly response: ServerResponse;
  readonly filter: ChangeFilter;
  sees: (team: string, environment?: string) => boolean;
  /** Only what is newer is sent: what was sent from the store does not come again. */
  last: EventId;
  /** False while what was missed is read and sent; what happens meanwhile waits. */
  isCaughtUp: boolean;
  readonly waiting: ChangeEvent[];
}

export interface LiveEvents {
  publish(event: ChangeEvent): void;
  /** Answers false for a request that wants no stream of events. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** How many listen now. */
  count(): number;
  close(): void;
}

export function createLiveEvents(needs: () => Needs): LiveEvents {
  const listeners = new Set<Listener>();
  let teamOf = teams(storeOf(needs));
  let delivered: Promise<unknown> = Promise.resolve();
  const deliver = async (event: ChangeEvent): Promise<void> => {
    if (listeners.size === 0) return;
    if (event.changes.some(({ what }) => what === 'service')) teamOf = teams(storeOf(needs));
    for (const listener of listeners) {
      if (listener.isCaughtUp) await send(listener, event, teamOf, listeners);
      else listener.waiting.push(event);
    }
  };
  const heartbeat = setInterval(() => { for (const { response } of listeners) response.write(':\n\n'); }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    publish: (event) => { delivered = delivered.then(() => deliver(event)).catch(() => undefined); },
    count: () => listeners.size,
    serve: async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://api');
      if (request.method !== 'GET' || url.pathname !== readEvents.path || !/\btext\/event-stream\b/.test(request.headers.accept ?? '')) return false;
      try {
        await listen(needs(), request, response, url, listeners, () => teamOf);
      } catch (error) {
        const said = answerOfError(error);
        response.writeHead(said.statusCode, { ...said.headers, 'content-length': Buffer.byteLength(said.body) }).end(said.body);
      }
      return true;
    },
    close: () => {
      clearInterval(heartbeat);
      for (const { response } of listeners) response.end();
    },
  };
}

/** The store is there only once all is composed. */
const storeOf = (needs: () => Needs): Pick<Ports, 'store'> => ({ get store() { return needs().store; } });

async function listen(needs: Needs, request: IncomingMessage, response: ServerResponse, url: URL, listeners: Set<Listener>, teamOf: () => (service: ServiceName) => Promise<string>): Promise<void> {
  const admit = async () => {
    const { identity: by, session } = await holderIn(needs, request.headers.authorization);
    await authorize(needs)(by, 'view', { kind: 'anywhere' });
    const rules = await rulesFor(needs, by);
    const sees = (team: string, environment?: string) => access(rules, by, 'view', { kind: 'place', team, environments: environment === undefined ? [] : [environment] }).allowed;
    return { sees, endsAt: session?.endsAt };
  };
  const { sees, endsAt } = await admit();
  const { after, ...filter } = check(EventsQuery, Object.fromEntries(url.searchParams));
  const header = request.headers['last-event-id'];
  const last = header === undefined || header === '' ? after : check(EventId, header);
  if (listeners.size >= LISTENERS_MAX) {
    const said = problem(503, 'ProviderUnavailable', `${LISTENERS_MAX} listen already. Ask again later, or without "Accept: text/event-stream".`);
    response.writeHead(said.statusCode, { ...said.headers, 'retry-after': '10', 'content-length': Buffer.byteLength(said.body) }).end(said.body);
    return;
  }
  const listener: Listener = { response, filter, sees, last: last ?? eventIdAt(0), isCaughtUp: false, waiting: [] };
  listeners.add(listener);
  const look = async (): Promise<void> => {
    try {
      listener.sees = (await admit()).sees;
    } catch {
      response.end();
    }
  };
  const recheck = setInterval(() => void look(), RECHECK_MS);
  // A session that ends by itself ends what it listens to at that moment.
  const end = endsAt === undefined ? undefined : setTimeout(() => response.end(), Math.max(0, endsAt - needs.clock.now()));
  response.on('close', () => {
    clearInterval(recheck);
    clearTimeout(end);
    listeners.delete(listener);
  });
  request.socket.setTimeout(0);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' });
  await catchUp(needs, listener, last, teamOf(), listeners);
}

/** What was missed comes from the store; what happens meanwhile waits, so that all comes once and in order. */
async function catchUp(needs: Needs, listener: Listener, last: EventId | undefined, teamOf: (service: ServiceName) => Promise<string>, listeners: Set<Listener>): Promise<void> {
  const missed = await eventsSince(needs)(last);
  if (missed.reset || last === undefined) listener.last = missed.next;
  listener.response.write(`retry: ${RETRY_MS}\nevent: ${missed.reset ? 'reset' : 'ready'}\nid: ${listener.last}\ndata: {}\n\n`);
  for (const event of missed.events) await send(listener, event, teamOf, listeners);
  for (let event = listener.waiting.shift(); event !== undefined; event = listener.waiting.shift()) await send(listener, event, teamOf, listeners);
  listener.isCaughtUp = true;
}

async function send(listener: Listener, event: ChangeEvent, teamOf: (service: ServiceName) => Promise<string>, listeners: Set<Listener>): Promise<void> {
  if (event.id <= listener.last) return;
  const shown = await shownEvent(event, listener.filter, teamOf, listener.sees);
  listener.last = event.id;
  if (shown === undefined || listener.response.destroyed) return;
  listener.response.write(`id: ${event.id}\nevent: change\ndata: ${JSON.stringify(shown)}\n\n`);
  if (listener.response.writableLength > UNSENT_BYTES_MAX) {
    listeners.delete(listener);
    listener.response.destroy();
  }
}
