/**
 * Signature version 4 of a request, with Node's own hashes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * Without WebCrypto and the classes of fetch, which take longer to load than all else in a function's first call: docs/decisions/0026
 */
import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials, such as a function's. */
  readonly sessionToken?: string | undefined;
}

export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case; without `host`, which is the address's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for a stream, which only S3 takes: then the signature does not cover it. */
  readonly body: string | null | undefined;
  /** As in the service's signing name. */
  readonly service: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Milliseconds since the epoch; the service takes what is a few minutes off. */
  readonly now: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** What a proxy on the way may change, or Node's client sets by itself. */
const NOT_SIGNED = new Set(['authorization', 'connection', 'content-length', 'content-type', 'expect', 'range', 'user-agent', 'x-amzn-trace-id']);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
/** RFC 3986, which has four reserved characters more than JavaScript. */
const encoded = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const ordered = (a: readonly string[], b: readonly string[]): number => (a.join('\0') < b.join('\0') ? -1 : 1);

/** Encoded once more than it is sent; for S3 as it is sent. */
const canonicalPath = (service: string, path: string): string => (service === 's3' ? decodeURIComponent(path) : path).split('/').map(encoded).join('/');

const canonicalQuery = (url: URL): string => [...url.searchParams].map((pair) => pair.map(encoded)).sort(ordered).map((pair) => pair.join('=')).join('&');

/** @returns all headers to send, the signature among them */
export function signed({ method, url, headers, body, service, region, credentials, now }: Unsigned): Record<string, string> {
  const at = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = at.slice(0, 8);
  const unsignedBody = service === 's3';
  const all: Record<string, string> = {
    ...headers, host: url.host, 'x-amz-date': at,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }), ...(unsignedBody ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {}),
  };
  const covered = Object.keys(all).filter((name) => !NOT_SIGNED.has(name)).sort();
  const names = covered.join(';');
  const request = [
    method, canonicalPath(service, url.pathname), canonicalQuery(url), ...covered.map((name) => `${name}:${(all[name] ?? '').trim().replace(/\s+/g, ' ')}`), '', names, unsignedBody ? 'UNSIGNED-PAYLOAD' : sha256(body ?? ''),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [region, service, 'aws4_request'].reduce((made: Buffer, part) => hmac(made, part), hmac(`AWS4${credentials.secretAccessKey}`, day));
  const signature = hmac(key, [ALGORITHM, at, scope, sha256(request)].join('\n')).toString('hex');
  return { ...all, authorization: `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}` };
}
