/**
 * Requests to addresses that people name. An address may belong to something that answers only because the request comes from inside: so each one
 * that a name resolves to is looked at, the connection goes to exactly that one, and no redirect is followed.
 */
import { lookup as resolve } from 'node:dns';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Forbidden, ProviderUnavailable } from '../../domain/errors.ts';
import { kindOfAddress, urlProblem } from '../../domain/notification/address-rules.ts';
import type { Posted, Senders } from '../../ports/senders.ts';

interface Resolved {
  readonly address: string;
  readonly family: number;
}

export interface PostOptions {
  /** Whether this machine may be meant by `localhost` and 127.0.0.1: in `slipway up`, never in a function. */
  readonly allowsLoopback: boolean;
  /** From the beginning to the end of the answer. Standard Webhooks advises 15 to 30 s; a shorter time keeps a run short. */
  readonly timeoutMs?: number;
  /** How names are resolved; tests hand in their own. */
  readonly resolveAll?: (host: string) => Promise<readonly Resolved[]>;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_READ = 2048;
const ANSWER_CHARACTERS = 500;

const dnsAll: NonNullable<PostOptions['resolveAll']> = (host) => new Promise((done, fail) => {
  resolve(host, { all: true }, (error, addresses) => (error === null ? done(addresses) : fail(error)));
});

const literal = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
const isThisMachine = (hostname: string): boolean => hostname === 'localhost' || kindOfAddress(literal(hostname)) === 'loopback';

/** @throws Forbidden when any of the addresses is one that nothing is sent to */
async function checkedAddresses(resolveAll: NonNullable<PostOptions['resolveAll']>, host: string): Promise<readonly [Resolved, ...Resolved[]]> {
  const [first, ...more] = await resolveAll(host);
  const bad = [first, ...more].find((one) => one !== undefined && (kindOfAddress(one.address) === 'loopback' ? host !== 'localhost' : kindOfAddress(one.address) === 'forbidden'));
  if (bad !== undefined || first === undefined) throw new Forbidden(`${host} resolves to ${bad?.address ?? 'nothing'}, to which nothing is sent. Name a host of yours.`);
  return [first, ...more];
}

/** As a connection resolves a name: what was looked at is what it connects to. */
const guarded = (resolveAll: NonNullable<PostOptions['resolveAll']>): LookupFunction => (hostname, options, callback) => {
  const answer = async (): Promise<void> => {
    try {
      const [first, ...more] = await checkedAddresses(resolveAll, hostname);
      if (options.all === true) callback(null, [first, ...more]);
      else callback(null, first.address, first.family);
    } catch (error) {
      callback(error as NodeJS.ErrnoException, '', 0);
    }
  };
  void answer();
};

export const createPost = ({ allowsLoopback, timeoutMs = TIMEOUT_MS, resolveAll = dnsAll }: PostOptions): Senders['post'] => async ({ url: text, headers, body }) => {
  const problem = urlProblem(text);
  const url = new URL(text);
  if (problem !== null) throw new Forbidden(`The address ${url.origin} ${problem}`);
  if (isThisMachine(url.hostname) && !allowsLoopback) throw new Forbidden(`${url.hostname} is the machine that this runs on, to which nothing is sent. Name a host of yours.`);
  try {
    return await exchange(url, headers, body, { lookup: guarded(resolveAll), signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    if (error instanceof Forbidden) throw error;
    const { code: given, name } = error as { readonly code?: unknown; readonly name?: unknown };
    const code = typeof given === 'string' ? given : typeof name === 'string' ? name : 'unknown';
    throw new ProviderUnavailable(`${url.host} did not answer (${code === 'ABORT_ERR' || code === 'TimeoutError' ? `within ${timeoutMs / 1000} s` : code}).`, { host: url.host }, { cause: error });
  }
};

async function exchange(url: URL, headers: Readonly<Record<string, string>>, body: string, how: { readonly lookup: LookupFunction; readonly signal: AbortSignal }): Promise<Posted> {
  // Loaded with the first, as TLS is a third of an empty function's start.
  const start = (url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')).request;
  const request = start(url, { method: 'POST', agent: false, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, ...how });
  // What breaks after the head has come is seen where the answer is read.
  request.on('error', () => undefined);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  try {
    return { status: response.statusCode ?? 0, text: await beginningOf(response), retryAfterSeconds: retryAfter(response.headers['retry-after']) };
  } finally {
    request.destroy();
  }
}

/** What follows is not read: the connection ends. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= ANSWER_BYTES_READ) break;
  }
  return Buffer.concat(parts).toString('utf8').replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim().slice(0, ANSWER_CHARACTERS);
}

/** Seconds, or the time of a date: https://www.rfc-editor.org/rfc/rfc9110.html#name-retry-after */
function retryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
