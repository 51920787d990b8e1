/** Answers compressed for whoever takes them so (RFC 9110, 8.4 and 12.5.3): a list of a thousand services is a tenth of its size then. */
import { promisify } from 'node:util';
import { gzip as gzipWith } from 'node:zlib';
import type { HttpAnswer, HttpEvent } from '../contracts/http.ts';

/** Not on the thread that answers others. */
const gzip = promisify(gzipWith);
/** Of lists and long histories. A single document is sent sooner than it is compressed, and each stream that compresses takes 270 KB (deflateInit2 in zlib.h). */
const FROM_BYTES = 16 * 1024;
/** Lists of documents are alike: more of an effort saves a few percent and takes twice as long. */
const LEVEL = 4;
/** Marks the tag of what is the same but for its coding: strong tags of the two must differ (RFC 9110, 8.8.3.3). */
const MARK = '-gzip"';

/**
 * What is secret is left as it is: of a compressed answer its length says whether something that a stranger chose is in it too
 * (https://www.breachattack.com/). Answers with tokens and links are `no-store`; and no page of another origin can ask here with somebody's
 * token, as it is a header and no cookie.
 */
export const compressed = (handle: (event: HttpEvent) => Promise<HttpAnswer>) => async (event: HttpEvent): Promise<HttpAnswer> => {
  const known = event.headers['if-none-match'];
  const said = await handle(unmarked(event));
  const etag = said.headers['etag'];
  const type = said.headers['content-type'] ?? '';
  // Whoever has it has it in the coding that its tag names.
  if (said.statusCode === 304) return etag !== undefined && known?.includes(marked(etag)) === true ? withHeaders(said, { etag: marked(etag) }) : withHeaders(said, {});
  if (said.statusCode !== 200 || !type.startsWith('application/json') || said.headers['cache-control'] === 'no-store') return said;
  if (Buffer.byteLength(said.body) < FROM_BYTES || !takesGzip(event.headers['accept-encoding'])) return withHeaders(said, {});
  const body = (await gzip(said.body, { level: LEVEL })).toString('base64');
  return { ...withHeaders(said, { 'content-encoding': 'gzip', ...(etag === undefined ? {} : { etag: marked(etag) }) }), body, isBase64Encoded: true };
};

const marked = (etag: string): string => etag.replace(/"$/, MARK);
const withHeaders = (said: HttpAnswer, headers: Readonly<Record<string, string>>): HttpAnswer => ({ ...said, headers: { ...said.headers, vary: 'accept-encoding', ...headers } });

/** The tags that come back are those of the documents again, in either coding. */
function unmarked(event: HttpEvent): HttpEvent {
  const tags = ['if-match', 'if-none-match'].flatMap((name) => (event.headers[name]?.includes(MARK) ? [[name, event.headers[name].replaceAll(MARK, '"')] as const] : []));
  return tags.length === 0 ? event : { ...event, headers: { ...event.headers, ...Object.fromEntries(tags) } };
}

/** Named, and not with a weight of zero. */
function takesGzip(header: string | undefined): boolean {
  const named = header?.split(',').map((one) => one.trim().toLowerCase().split(/\s*;\s*/)).find(([coding]) => coding === 'gzip' || coding === 'x-gzip');
  return named !== undefined && !named.slice(1).some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter));
}
