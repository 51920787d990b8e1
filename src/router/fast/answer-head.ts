/** The head of an instance's answer, read strictly, and how its body ends (RFC 9112 section 6.3). */
import { readAnswerHeaders } from '../headers.ts';
import { readHeaderLines } from './header-lines.ts';

export type Framing = 'none' | 'length' | 'chunked' | 'close';

export interface AnswerHead {
  readonly status: number;
  /** Status line and headers to send on, each with its CRLF; without those about connections. */
  readonly forward: string;
  readonly framing: Framing;
  /** Bytes of the body, where the framing is `length`. */
  readonly length: number;
  /** Where the head ended. */
  readonly end: number;
  /** For how long the instance keeps the connection; 0: it does not. Infinity: it does not say. */
  readonly keepMs: number;
}

const STATUS_LINE = /HTTP\/1\.([01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n/y;

/**
 * The head in `text` from `from` to `end` (where its empty line begins, CRLF CRLF); undefined when it is malformed or
 * leaves open where its body ends.
 */
export function readAnswerHead(text: string, from: number, end: number, method: 'GET' | 'HEAD'): AnswerHead | undefined {
  STATUS_LINE.lastIndex = from;
  const match = STATUS_LINE.exec(text);
  if (match === null) return undefined;
  const status = Number(match[2]);
  const raw = readHeaderLines(text, STATUS_LINE.lastIndex, end + 2, 'answer');
  if (raw === undefined) return undefined;
  const { headers, length, lengths, encoding, connection, keepAlive, dated } = readAnswerHeaders(raw);
  const old = match[1] === '0';
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || lengths > 0 || old)) return undefined;
  if (length !== undefined && (lengths > 1 || !/^[0-9]+$/.test(length) || !Number.isSafeInteger(Number(length)))) return undefined;
  let forward = `HTTP/1.1 ${status} ${match[3] ?? ''}\r\n`;
  for (let index = 0; index < headers.length; index += 2) forward += `${headers[index]}: ${headers[index + 1]}\r\n`;
  const bodiless = method === 'HEAD' || status === 204 || status === 304 || status < 200;
  // 204 has no length (RFC 9110 section 8.6); HEAD and 304 say what a GET would have had.
  if (length !== undefined && status !== 204) forward += `content-length: ${length}\r\n`;
  if (encoding !== undefined && method === 'HEAD') forward += 'transfer-encoding: chunked\r\n';
  if (!dated && status >= 200) forward += dateLine();
  const framing = bodiless ? 'none' : encoding !== undefined ? 'chunked' : length === undefined ? 'close' : 'length';
  const closes = old || framing === 'close' || (connection !== undefined && /\bclose\b/i.test(connection));
  return { status, forward, framing, length: framing === 'length' ? Number(length) : 0, end: end + 4, keepMs: closes ? 0 : keptFor(keepAlive) };
}

/** `Keep-Alive: timeout=5` -> 5,000. */
function keptFor(keepAlive: string | undefined): number {
  const seconds = keepAlive === undefined ? null : /\btimeout=([0-9]{1,6})/i.exec(keepAlive);
  return seconds === null ? Number.POSITIVE_INFINITY : Number(seconds[1]) * 1000;
}

let datedSecond = 0;
let dateText = '';

/** RFC 9110 section 6.6.1: who forwards an answer without a date adds one. Made once per second. */
function dateLine(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== datedSecond) [datedSecond, dateText] = [second, `date: ${new Date(second * 1000).toUTCString()}\r\n`];
  return dateText;
}
