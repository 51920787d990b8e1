/** Plain lists of requests, and recordings, which are such lists: a line per request. */
import { InvalidInput } from '../errors.ts';
import { RecordedRequest } from '../recording/recorded-request.ts';

export const REPLAY_REQUESTS_MAX = 100_000;

const PLAIN = /^(?:([A-Z]{1,20})[ \t]+)?(\/\S*)$/;

/**
 * A line is `/path`, `GET /path?query`, or a JSON object with method, target, headers and body. Empty lines and those that
 * begin with # are left out.
 * @throws InvalidInput naming the file, the line and the reason
 */
export function parseRequestList(text: string, file: string): RecordedRequest[] {
  const requests: RecordedRequest[] = [];
  for (const [index, raw] of text.replace(/^\uFEFF/, '').split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (requests.length === REPLAY_REQUESTS_MAX) throw new InvalidInput(`${file}:${index + 1}: there are more than ${REPLAY_REQUESTS_MAX} requests. Split the file.`, { file, line: index + 1 });
    const request = line.startsWith('{') ? fromJson(line) : fromPlain(line);
    if (typeof request === 'string') throw new InvalidInput(`${file}:${index + 1}: ${request}`, { file, line: index + 1 });
    requests.push(request);
  }
  if (requests.length === 0) throw new InvalidInput(`${file}: there is no request in it. Write a line for each, for example GET /products?limit=1`, { file });
  return requests;
}

function fromPlain(line: string): RecordedRequest | string {
  const match = PLAIN.exec(line);
  if (match === null) return `"${line.slice(0, 100)}" is no request. Write GET /path, /path, or a JSON object with method and target.`;
  return checked({ method: match[1] ?? 'GET', target: match[2] });
}

function fromJson(line: string): RecordedRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `the line is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  return checked(value);
}

/** The request, or what is wrong with it. */
function checked(value: unknown): RecordedRequest | string {
  const parsed = RecordedRequest.safeParse(value);
  return parsed.success ? parsed.data : parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the request'}: ${message}`).join('; ');
}
