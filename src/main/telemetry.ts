/** Takes what services send by OpenTelemetry: OTLP over HTTP, as protobuf or JSON. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TelemetryMetrics } from '../adapters/local/telemetry-metrics.ts';
import { decodeMetrics } from '../contracts/otlp/protobuf.ts';
import { telemetryPoints } from '../contracts/otlp/request.ts';
import { InvalidInput, LimitExceeded, SlipwayError } from '../domain/errors.ts';
import { sameSecret } from '../domain/signature.ts';

export const TELEMETRY_PATH = '/otlp/v1/metrics';
/** As sent, and unpacked. */
const BYTES_MAX = 4 * 1024 * 1024;
const UNPACKED_BYTES_MAX = 16 * 1024 * 1024;
const unpack = promisify(gunzip);

export interface TelemetryNeeds {
  readonly metrics: Pick<TelemetryMetrics, 'take'>;
  /** What instances send in `authorization: Bearer`. */
  readonly token: () => string;
}

/** Answers false for another request. */
export async function receiveTelemetry({ metrics, token }: TelemetryNeeds, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (request.url?.split('?', 1)[0] !== TELEMETRY_PATH || request.method !== 'POST') return false;
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  const say = (status: number, message: string | null, refused = 0): void => {
    const body = isJson ? Buffer.from(JSON.stringify(message === null ? refused === 0 ? {} : { partialSuccess: { rejectedDataPoints: String(refused), errorMessage: REFUSED } } : { message })) : Buffer.alloc(0);
    // Who is refused may still be sending: the connection ends with the answer.
    response.writeHead(status, { 'content-type': isJson ? 'application/json' : 'application/x-protobuf', 'content-length': body.length, 'cache-control': 'no-store', ...(status === 200 ? {} : { connection: 'close' }) }).end(body);
  };
  try {
    if (!sameSecret(token(), /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1])) say(401, 'Whose telemetry this is, is not known: an instance that Slipway starts has the token in OTEL_EXPORTER_OTLP_METRICS_HEADERS.');
    else say(200, null, await metrics.take(telemetryPoints(decoded(await bodyOf(request), isJson))));
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    say(error instanceof LimitExceeded ? 413 : 400, error.message);
  }
  return true;
}

const REFUSED = 'Points without the resource attribute slipway.revision are of nobody, and more than 20,000 series are not kept.';

function decoded(body: Buffer, isJson: boolean): unknown {
  if (!isJson) return decodeMetrics(body);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new InvalidInput(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`, {}, { cause: error });
  }
}

/** Bounded before it is read, and again while it is unpacked. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) throw new LimitExceeded(`More than ${BYTES_MAX} bytes of telemetry at once. Let the exporter send smaller batches.`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new InvalidInput(`The content encoding "${encoding}" is not known. Known: gzip, identity.`);
  return unpack(body, { maxOutputLength: UNPACKED_BYTES_MAX }).catch((error: unknown) => { throw new InvalidInput(`The body cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`, {}, { cause: error }); });
}
