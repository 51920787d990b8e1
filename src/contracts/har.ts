/** Requests of a HAR file (HTTP Archive 1.2, as browsers export it). */
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { InvalidInput } from '../domain/errors.ts';
import { RecordedRequest } from '../domain/recording/recorded-request.ts';

const Har = z.object({
  log: z.object({
    entries: z.array(z.object({
      request: z.object({
        method: z.string(), url: z.url({ protocol: /^https?$/ }),
        headers: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
        postData: z.object({ text: z.string().optional() }).optional(),
      }),
    })).min(1, 'there is no request in it'),
  }),
});

/** Headers that are about another connection, or another host. */
const NOT_REPLAYED = /^(?::.*|host|connection|keep-alive|proxy-.*|content-length|transfer-encoding|upgrade|te|trailer|expect)$/i;

/** @throws InvalidInput naming the file, the line and the reason */
export function parseHar(text: string, file: string): RecordedRequest[] {
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
  return har.data.log.entries.map(({ request }, index) => {
    const { pathname, search } = new URL(request.url);
    const headers = Object.fromEntries(request.headers.filter(({ name }) => !NOT_REPLAYED.test(name)).map(({ name, value: text }) => [name.toLowerCase(), text]));
    const parsed = RecordedRequest.safeParse({ method: request.method, target: `${pathname}${search}`, headers, ...(request.postData?.text === undefined ? {} : { body: request.postData.text }) });
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw refused(text, file, ['log', 'entries', index, 'request'], `log.entries[${index}].request: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  });
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
