/**
 * Requests out of an access log of an Application Load Balancer: method, path, query and user agent, which is all that it has of a request.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 */
import { InvalidInput } from '../errors.ts';
import { RecordedRequest } from './recorded-request.ts';

/** The kind of request, then when: no line of a list of requests begins so. */
const ENTRY = /^(?:http|https|h2|grpcs|ws|wss) \d{4}-\d\d-\d\dT\S+ /;
/** The first two quoted fields: `"GET https://shop.example:443/a?b HTTP/2.0" "curl/8"`. */
const QUOTED = /"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"/;
/** Its path in printable ASCII: the log escapes all else, and no request can be sent with it. */
const REQUEST_LINE = /^([A-Z]{1,20}) https?:\/\/[^/?# ]*([!-~]*) [A-Z]+\/[0-9.]+$/;
/** What the log writes where there was nothing. */
const NOTHING = '-';

export interface LoggedRequests {
  readonly requests: readonly RecordedRequest[];
  /** Lines of requests that the load balancer could not read itself, or whose path is longer than is kept. */
  readonly leftOut: number;
}

/** By its first line. */
export const isAccessLog = (text: string): boolean => ENTRY.test(text.slice(0, 200).trimStart());

/** @throws InvalidInput naming the file and the line that is none of such a log */
export function parseAccessLog(text: string, file: string): LoggedRequests {
  const requests: RecordedRequest[] = [];
  let leftOut = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const quoted = ENTRY.test(line) ? QUOTED.exec(line) : null;
    if (quoted === null) throw new InvalidInput(`${file}:${index + 1}: "${line.slice(0, 100)}" is no line of an access log of an Application Load Balancer.`, { file, line: index + 1 });
    const request = requestOf(quoted[1] ?? '', quoted[2] ?? '');
    if (request === undefined) leftOut += 1;
    else requests.push(request);
  }
  return { requests, leftOut };
}

function requestOf(requestLine: string, agent: string): RecordedRequest | undefined {
  const match = REQUEST_LINE.exec(unescaped(requestLine));
  if (match === null) return undefined;
  const target = match[2] ?? '';
  return RecordedRequest.safeParse({ method: match[1], target: target.startsWith('/') ? target : `/${target}`, headers: agent === NOTHING ? {} : { 'user-agent': unescaped(agent) } }).data;
}

/** Bytes that are no plain text are written as `\xhh`, quotes and backslashes with a backslash before them. */
const unescaped = (text: string): string => text.replaceAll(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_all, hex: string | undefined, character: string | undefined) => (hex === undefined ? character ?? '' : `%${hex.toUpperCase()}`));
