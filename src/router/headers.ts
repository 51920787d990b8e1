/** Headers between the two sides: what is forwarded, what ends here, and what is refused. RFC 9110 section 7.6, RFC 9112 sections 6 and 11. */
import type { IncomingMessage } from 'node:http';

/** A request that is answered here: with a status, and a reason for people. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

export interface ForwardedHeaders {
  /** Flat: name, value, name, value. */
  readonly headers: string[];
  readonly host: string | undefined;
  readonly hasBody: boolean;
}

export interface RequestHead extends ForwardedHeaders {
  readonly path: string;
}

/** Headers that need care; all others are forwarded as they came. `drop` is about one connection only. */
type Care = 'forward' | 'host' | 'length' | 'encoding' | 'connection' | 'drop' | 'for' | 'proto' | 'forwardedHost';

const CARE: Readonly<Record<string, Care>> = {
  host: 'host',
  'content-length': 'length',
  'transfer-encoding': 'encoding',
  connection: 'connection',
  'keep-alive': 'drop',
  'proxy-connection': 'drop',
  upgrade: 'drop',
  te: 'drop',
  expect: 'drop',
  'x-slipway-revision': 'drop',
  // Only a mirrored request has it: a service may leave its side effects out then.
  'x-slipway-mirror': 'drop',
  'x-forwarded-for': 'for',
  'x-forwarded-proto': 'proto',
  'x-forwarded-host': 'forwardedHost',
};

/** Spelling -> care, so that a name is put in lower case once and not once per request. Bounded: names come from outside. */
const SPELLINGS = new Map<string, Care>();
const SPELLINGS_MAX = 1_000;

function careOf(name: string): Care {
  const known = SPELLINGS.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const care = Object.hasOwn(CARE, lower) ? (CARE[lower] as Care) : 'forward';
  if (SPELLINGS.size < SPELLINGS_MAX) SPELLINGS.set(name, care);
  return care;
}

const refuse = (reason: string, status = 400): Refusal => ({ status, reason });

interface Seen {
  host: string | undefined;
  hosts: number;
  length: string | undefined;
  lengths: number;
  encoding: string | undefined;
  connection: string | undefined;
  forwardedFor: string | undefined;
  proto: string | undefined;
  forwardedHost: string | undefined;
}

const joined = (before: string | undefined, value: string): string => (before === undefined ? value : `${before}, ${value}`);

/**
 * The head to send upstream, or why the request is refused. Node's parser (strict) has refused malformed syntax by now;
 * here it is what the parser lets pass and two servers could understand differently.
 */
export function readRequestHead(request: IncomingMessage, forwarded: 'append' | 'replace', urlBytes: number): RequestHead | Refusal {
  const url = request.url ?? '/';
  if (url.length > urlBytes) return refuse(`the request target is longer than ${urlBytes} bytes`, 414);
  const read = readHeaders(request.rawHeaders, forwarded, request.socket.remoteAddress, request.httpVersionMinor === 0);
  if ('reason' in read) return read;
  const path = url.charCodeAt(0) === 47 /* '/' */ ? url : originForm(url, read.host);
  if (typeof path !== 'string') return path;
  return { path, headers: read.headers, host: read.host, hasBody: read.hasBody };
}

/**
 * The headers to send upstream, or why the request is refused.
 * @param raw flat: name, value, name, value; with correct syntax.
 * @param forwarded `append` keeps what the client says about earlier proxies and adds to it; `replace` believes nothing.
 * @param address of the client, as the router sees it.
 */
export function readHeaders(raw: readonly string[], forwarded: 'append' | 'replace', address = 'unknown', http10 = false): ForwardedHeaders | Refusal {
  const headers: string[] = [];
  const seen = scan(raw, headers);
  const wrong = framingFault(seen, http10);
  if (wrong !== undefined) return wrong;
  const kept = seen.connection === undefined ? headers : withoutListed(headers, seen.connection);
  if (seen.host !== undefined) kept.push('host', seen.host);
  if (seen.length !== undefined) kept.push('content-length', seen.length);
  const believe = forwarded === 'append';
  kept.push('x-forwarded-for', believe && seen.forwardedFor !== undefined ? `${seen.forwardedFor}, ${address}` : address);
  kept.push('x-forwarded-proto', (believe ? seen.proto : undefined) ?? 'http');
  const forwardedHost = (believe ? seen.forwardedHost : undefined) ?? seen.host;
  if (forwardedHost !== undefined) kept.push('x-forwarded-host', forwardedHost);
  return { headers: kept, host: seen.host, hasBody: seen.encoding !== undefined || (seen.length !== undefined && seen.length !== '0') };
}

/** Sorts the raw headers: those to forward go to `forward`, the others into the answer. */
function scan(raw: readonly string[], forward: string[]): Seen {
  const seen: Seen = { host: undefined, hosts: 0, length: undefined, lengths: 0, encoding: undefined, connection: undefined, forwardedFor: undefined, proto: undefined, forwardedHost: undefined };
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    const value = raw[index + 1] as string;
    switch (careOf(name)) {
      case 'forward':
        forward.push(name, value);
        break;
      case 'host':
        seen.host = value;
        seen.hosts++;
        break;
      case 'length':
        seen.length = value;
        seen.lengths++;
        break;
      case 'encoding':
        seen.encoding = joined(seen.encoding, value);
        break;
      case 'connection':
        seen.connection = joined(seen.connection, value);
        break;
      case 'for':
        seen.forwardedFor = joined(seen.forwardedFor, value);
        break;
      case 'proto':
        seen.proto = value;
        break;
      case 'forwardedHost':
        seen.forwardedHost = value;
        break;
      case 'drop':
        break;
    }
  }
  return seen;
}

/** What could make this server and the next disagree about where the request ends, or whom it is for. */
function framingFault(seen: Seen, http10: boolean): Refusal | undefined {
  if (seen.hosts > 1) return refuse('more than one Host header');
  if (seen.hosts === 0 && !http10) return refuse('no Host header');
  if (seen.lengths > 1) return refuse('more than one Content-Length header');
  if (seen.encoding !== undefined) {
    if (seen.length !== undefined) return refuse('both Content-Length and Transfer-Encoding');
    if (http10) return refuse('Transfer-Encoding in an HTTP/1.0 request');
    if (seen.encoding.toLowerCase() !== 'chunked') return refuse('a Transfer-Encoding other than chunked');
  }
  if (seen.length !== undefined && (!/^[0-9]+$/.test(seen.length) || !Number.isSafeInteger(Number(seen.length)))) return refuse('a Content-Length that is no plain number of bytes');
  if (seen.host !== undefined && !/^[A-Za-z0-9._~%!$&'()*+,;=:[\]-]*$/.test(seen.host)) return refuse('a Host header that is no host');
  return undefined;
}

/** `http://host/path` -> `/path`, when the host is the Host header's. */
function originForm(url: string, host: string | undefined): string | Refusal {
  const match = /^http:\/\/([^/?#]+)([/?][^#]*)?$/i.exec(url);
  if (match === null) return refuse('a request target that is neither a path nor an http address');
  if (host === undefined || match[1]?.toLowerCase() !== host.toLowerCase()) return refuse('a request target whose host is not the Host header');
  const rest = match[2] ?? '/';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Without the headers that a Connection header names: they are about one connection only. */
function withoutListed(headers: string[], connection: string): string[] {
  if (connection === 'keep-alive' || connection === 'close') return headers;
  const listed = new Set(connection.toLowerCase().split(',').map((token) => token.trim()));
  for (const usual of ['keep-alive', 'close', 'upgrade', '']) listed.delete(usual);
  if (listed.size === 0) return headers;
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (!listed.has(name.toLowerCase())) kept.push(name, headers[index + 1] as string);
  }
  return kept;
}

export interface AnswerHeaders {
  /** To send on. Flat: name, value, name, value; without the length. */
  readonly headers: string[];
  readonly length: string | undefined;
  /** How many Content-Length headers there were. */
  readonly lengths: number;
  readonly encoding: string | undefined;
  readonly connection: string | undefined;
  readonly keepAlive: string | undefined;
  /** The protocol the instance changes to, in a 101. */
  readonly protocol: string | undefined;
  readonly dated: boolean;
}

/** Sorts the headers of an instance's answer. @param raw flat: name, value, name, value; with correct syntax. */
export function readAnswerHeaders(raw: readonly string[]): AnswerHeaders {
  const headers: string[] = [];
  let [length, encoding, connection, keepAlive, protocol]: (string | undefined)[] = [];
  let lengths = 0;
  let dated = false;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    const value = raw[index + 1] as string;
    switch (careOf(name)) {
      case 'connection':
        connection = joined(connection, value);
        break;
      case 'encoding':
        encoding = joined(encoding, value);
        break;
      case 'length':
        length = value;
        lengths++;
        break;
      case 'drop': {
        const lower = name.toLowerCase();
        if (lower === 'upgrade') protocol = value;
        else if (lower === 'keep-alive') keepAlive = value;
        break;
      }
      case 'forward':
      case 'host':
      case 'for':
      case 'proto':
      case 'forwardedHost':
        if (name.length === 4 && name.toLowerCase() === 'date') dated = true;
        headers.push(name, value);
    }
  }
  return { headers: connection === undefined ? headers : withoutListed(headers, connection), length, lengths, encoding, connection, keepAlive, protocol, dated };
}

export interface ResponseHead {
  /** Flat: name, value, name, value. */
  readonly headers: string[];
  /** Bytes of the body where the instance said so. */
  readonly length: number | undefined;
  /** The protocol the instance changes to, in a 101. */
  readonly protocol: string | undefined;
}

/** The head to send to the client, from the raw headers of the instance's answer. */
export function readResponseHead(raw: readonly Buffer[]): ResponseHead {
  const { headers, length, encoding, protocol } = readAnswerHeaders(raw.map((text) => text.toString('latin1')));
  if (length === undefined || encoding !== undefined) return { headers, length: undefined, protocol };
  headers.push('content-length', length);
  return { headers, length: Number(length), protocol };
}
