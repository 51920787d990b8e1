/** Requests of a HAR file (HTTP Archive 1.2, as browsers export it). */
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { InvalidInput } from '../domain/errors.ts';
import { RecordedRequest } from '../domain/recording/recorded-request.ts';

const Pair = z.object({ name: z.string(), value: z.string() });
const Har = z.object({
  log: z.object({
    entries: z.array(z.object({
      request: z.object({
        method: z.string(), url: z.string().refine((url) => URL.canParse(url), 'no address'),
        headers: z.array(Pair).default([]),
        postData: z.object({ text: z.string().nullish(), encoding: z.string().nullish(), params: z.array(z.unknown()).nullish() }).nullish(),
      }),
      response: z.object({ status: z.number().nullish() }).nullish(),
    })).min(1, 'there is no request in it'),
  }),
});
type Entry = z.infer<typeof Har>['log']['entries'][number];

export interface HarRequests {
  readonly requests: RecordedRequest[];
  /** Entries that no server was asked in this way: `data:` and the like, what was blocked or given up, upgrades, and bodies that are not in the file. */
  readonly notAsked: number;
}

/** Headers that are about another connection, or another host. */
const NOT_REPLAYED = /^(?::.*|host|connection|keep-alive|proxy-.*|content-length|transfer-encoding|upgrade|te|trailer|expect)$/i;
const SWITCHING_PROTOCOLS = 101;

/** @throws InvalidInput naming the file, the line and the reason */
export function parseHar(given: string, file: string): HarRequests {
  const text = given.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused(text, file, [], `it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const har = Har.safeParse(value);
  if (!har.success) {
    const [issue] = har.error.issues;
    throw refused(text, file, issue?.path ?? [], `${fieldOf(issue?.path ?? [])}: ${issue?.message ?? 'it is no HAR file'}`);
  }
  const { entries } = har.data.log;
  const requests = entries.flatMap((entry, index): RecordedRequest[] => {
    const body = bodyOf(entry.request);
    if (!wasAsked(entry) || body === null) return [];
    const { pathname, search } = new URL(entry.request.url);
    const parsed = RecordedRequest.safeParse({ method: entry.request.method, target: `${pathname}${search}`, headers: headersOf(entry.request.headers), ...(body === undefined ? {} : { body }) });
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    throw refused(text, file, ['log', 'entries', index, 'request'], `log.entries[${index}].request: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  });
  if (requests.length === 0) throw refused(text, file, ['log', 'entries'], `log.entries: none of its ${entries.length} entries is a request that a server was asked over HTTP`);
  return { requests, notAsked: entries.length - requests.length };
}

/** Browsers write status 0 where there was no answer: blocked, cancelled, or no connection. A file made by hand may have no response. */
function wasAsked({ request, response }: Entry): boolean {
  const status = response?.status ?? null;
  return /^https?:/i.test(request.url) && status !== 0 && status !== SWITCHING_PROTOCOLS;
}

/** Undefined: it has none. Null: it had one, and that is not in the file, or is no text. */
function bodyOf({ postData }: Entry['request']): string | undefined | null {
  const text = postData?.text ?? undefined;
  if (text === undefined || postData?.encoding?.toLowerCase() !== 'base64') return text ?? ((postData?.params?.length ?? 0) > 0 ? null : undefined);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'));
  } catch {
    return null;
  }
}

/** One that is there several times, as cookies are with HTTP/2, as one: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3 */
function headersOf(pairs: Entry['request']['headers']): Record<string, string> {
  const headers = new Map<string, string>();
  for (const { name, value } of pairs) {
    const key = name.toLowerCase();
    const before = headers.get(key);
    if (!NOT_REPLAYED.test(name)) headers.set(key, before === undefined ? value : `${before}${key === 'cookie' ? '; ' : ', '}${value}`);
  }
  return Object.fromEntries(headers);
}

const fieldOf = (path: readonly PropertyKey[]): string => path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('') || 'the file';

/** The line is looked for only when there is something to say of it: JSON is YAML, and that parser knows where things stand. */
function refused(text: string, file: string, path: readonly PropertyKey[], reason: string): InvalidInput {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const syntax = document.errors[0]?.pos[0];
  const offset = path.length === 0 ? syntax : offsetOf(document, path);
  const line = offset === undefined ? 1 : lines.linePos(offset).line;
  return new InvalidInput(`${file}:${line}: ${reason}`, { file, line });
}

/** Of the field, or of the nearest thing around it that is there. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) return node.range[0] as number;
  }
  return document.contents?.range?.[0];
}
