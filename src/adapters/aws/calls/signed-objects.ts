/** Objects of one S3 bucket, as signed requests whose bodies are streams; docs/decisions/0010 says why not the SDK's client. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { requestOf } from './exchange.ts';
import { agentOf, type SignedCallOptions, ServiceFault } from './signed-call.ts';
import { type Credentials, signed } from './signature.ts';

export interface PutOptions {
  readonly bytes: number;
  /** In base64; S3 checks it against the bytes that arrive, and keeps it. */
  readonly sha256?: string;
  /** Only where there is no such object. */
  readonly onlyNew?: boolean;
}

/** Errors have S3's names: NoSuchKey (NotFound where an answer has no body), PreconditionFailed, BadDigest, SlowDown, AccessDenied. */
export interface ObjectCalls {
  /** `sha256` is the checksum that S3 keeps of the bytes, in base64; null where it was stored without one. */
  head(key: string): Promise<{ readonly bytes: number; readonly sha256: string | null }>;
  /** @param lastBytes only the end, of an object that has more */
  get(key: string, lastBytes?: number): Promise<{ readonly bytes: number; readonly body: Readable }>;
  put(key: string, body: Readable | string, options: PutOptions): Promise<void>;
  /**
   * Within the bucket, with the checksum that S3 keeps: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
   * @param onlyNew only where there is no such object
   */
  copy(from: string, to: string, onlyNew: boolean): Promise<void>;
}

export type SignedObjectsOptions = Omit<SignedCallOptions, 'pause' | 'credentials'> & { readonly credentials: Credentials | null; readonly bucket: string };

/** Without a byte in either direction for so long, the connection is given up. */
const IDLE_TIMEOUT_MS = 30_000;
const REFUSAL_BYTES_MAX = 64 * 1024;
/** Of answers without a body. */
const NAMES: Readonly<Record<number, string>> = { 403: 'AccessDenied', 404: 'NotFound', 412: 'PreconditionFailed', 429: 'SlowDown' };

/** One attempt each: a stream cannot be sent twice, so whoever has made it repeats. */
export function signedObjects({ region, credentials, endpoint, caller, bucket }: SignedObjectsOptions): ObjectCalls {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  // A bucket with a dot has no certificate as a host name; emulators have no host names at all.
  const base = endpoint === undefined && !bucket.includes('.') ? `https://${bucket}.s3.${region}.${domain}` : `${endpoint ?? `https://s3.${region}.${domain}`}/${bucket}`;
  const send = async (method: string, key: string, headers: Readonly<Record<string, string>>, body?: Readable | string): Promise<IncomingMessage> => {
    if (credentials === null) throw new ServiceFault('CredentialsProviderError', 'There are no credentials in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)', {});
    const url = new URL(`${base}/${key}`);
    const answer = await exchange(url, method, signed({ method, url, headers: { ...headers, 'user-agent': agentOf(caller) }, body: undefined, service: 's3', region, credentials, now: Date.now() }), body);
    if ((answer.statusCode ?? 500) < 300) return answer;
    throw await refusalOf(answer);
  };
  return {
    head: async (key) => {
      const answer = await send('HEAD', key, { 'x-amz-checksum-mode': 'ENABLED' });
      answer.resume();
      const sha256 = answer.headers['x-amz-checksum-sha256'];
      return { bytes: Number(answer.headers['content-length'] ?? 0), sha256: typeof sha256 === 'string' ? sha256 : null };
    },
    get: async (key, lastBytes) => {
      const answer = await send('GET', key, lastBytes === undefined ? {} : { range: `bytes=-${lastBytes}` });
      return { bytes: Number(answer.headers['content-length'] ?? 0), body: answer };
    },
    put: async (key, body, { bytes, sha256, onlyNew = false }) => {
      const answer = await send('PUT', key, {
        'content-length': String(bytes), ...(sha256 === undefined ? {} : { 'x-amz-sdk-checksum-algorithm': 'SHA256', 'x-amz-checksum-sha256': sha256 }), ...(onlyNew ? { 'if-none-match': '*' } : {}),
      }, body);
      answer.resume();
    },
    copy: async (from, to, onlyNew) => {
      const answer = await send('PUT', to, { 'content-length': '0', 'x-amz-copy-source': `/${bucket}/${from.split('/').map(encodeURIComponent).join('/')}`, ...(onlyNew ? { 'if-none-match': '*' } : {}) });
      // S3 answers 200 before it has copied; whether it has, the document says.
      const text = await textOf(answer);
      if (!text.includes('<CopyObjectResult')) throw refusalIn(text, 500);
    },
  };
}

function exchange(url: URL, method: string, headers: Record<string, string>, body?: Readable | string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = requestOf(url)(url, { method, headers, timeout: IDLE_TIMEOUT_MS }, resolve);
    outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error(`nothing came for ${IDLE_TIMEOUT_MS} ms`), { name: 'TimeoutError' })));
    outgoing.on('error', reject);
    if (body === undefined || typeof body === 'string') outgoing.end(body);
    // A refusal may come before everything is sent: then the answer counts, and this error is nobody's.
    else pipeline(body, outgoing).catch(reject);
  });
}

const refusalOf = async (answer: IncomingMessage): Promise<ServiceFault> => refusalIn(await textOf(answer), answer.statusCode ?? 500);

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= REFUSAL_BYTES_MAX) parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function refusalIn(text: string, status: number): ServiceFault {
  const name = /<Code>([A-Za-z0-9.]+)<\/Code>/.exec(text)?.[1] ?? NAMES[status] ?? (status >= 500 ? 'ServiceUnavailable' : `Http${status}`);
  return new ServiceFault(name, /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `S3 answered ${status}`, { status });
}
