/** Which requests are simple, and what is sent on of them. Everything else is node:http's. */
import { readHeaders } from '../headers.ts';
import { readHeaderLines } from './header-lines.ts';

/** What the header block of a request says; it often is the same for all requests of a connection. */
export interface HeaderBlock {
  /** As it came, for comparison: all lines, each with its CRLF. */
  readonly source: string;
  /** Flat: name, value, name, value, as they came. */
  readonly raw: readonly string[];
  /** What is sent on, the empty line included. */
  readonly forward: string;
  readonly host: string | undefined;
  /** The client asks for the connection to end after the answer. */
  readonly close: boolean;
}

export interface SimpleRequest {
  readonly method: 'GET' | 'HEAD';
  readonly target: string;
  readonly block: HeaderBlock;
  /** Bytes of the head: what follows is the next request. */
  readonly bytes: number;
}

export interface ReadingRules {
  readonly forwarded: 'append' | 'replace';
  readonly headBytes: number;
  readonly urlBytes: number;
}

/** Origin-form in the characters of RFC 3986 alone: whatever parsers are lenient about is not for this path. */
const REQUEST_LINE = /(GET|HEAD) (\/[A-Za-z0-9\-._~%!$&'()*+,;=:@/?]*) HTTP\/1\.1\r\n/y;

/** Headers that announce a body, another protocol or talk with a proxy. */
const NOT_SIMPLE = /^(?:content-length|transfer-encoding|expect|upgrade|http2-settings|te|trailer|proxy-.*)$/i;

/**
 * The request at the beginning of `bytes`, undefined when it is not a simple one or not there as a whole.
 * @param before the header block of the connection's last request: the same bytes mean the same.
 * @param address of the client.
 */
export function readSimpleRequest(bytes: Buffer, before: HeaderBlock | undefined, address: string | undefined, rules: ReadingRules): SimpleRequest | undefined {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, rules.headBytes));
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  REQUEST_LINE.lastIndex = 0;
  const match = REQUEST_LINE.exec(text);
  if (match === null) return undefined;
  const from = REQUEST_LINE.lastIndex;
  const target = match[2] as string;
  // With no header at all the empty line follows the request line, and `end` is before `from`.
  if (end < from || target.length > rules.urlBytes) return undefined;
  const source = text.slice(from, end + 2);
  const block = before !== undefined && before.source === source ? before : readBlock(source, address, rules.forwarded);
  return block && { method: match[1] as 'GET' | 'HEAD', target, block, bytes: end + 4 };
}

function readBlock(source: string, address: string | undefined, forwarded: ReadingRules['forwarded']): HeaderBlock | undefined {
  const raw = readHeaderLines(source, 0, source.length, 'request');
  if (raw === undefined) return undefined;
  let close = false;
  let connections = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    if (NOT_SIMPLE.test(name)) return undefined;
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    const value = (raw[index + 1] as string).toLowerCase();
    if (++connections > 1 || (value !== 'close' && value !== 'keep-alive')) return undefined;
    close = value === 'close';
  }
  const read = readHeaders(raw, forwarded, address);
  if ('reason' in read || read.hasBody) return undefined;
  let forward = '';
  for (let index = 0; index < read.headers.length; index += 2) forward += `${read.headers[index]}: ${read.headers[index + 1]}\r\n`;
  return { source, raw, forward: `${forward}connection: keep-alive\r\n\r\n`, host: read.host, close };
}

/** The value of a header that came once; undefined when absent, `null` when it came more than once. */
export function valueOf(block: HeaderBlock, lowerName: string): string | undefined | null {
  let found: string | undefined;
  for (let index = 0; index < block.raw.length; index += 2) {
    if ((block.raw[index] as string).toLowerCase() !== lowerName) continue;
    if (found !== undefined) return null;
    found = block.raw[index + 1];
  }
  return found;
}
