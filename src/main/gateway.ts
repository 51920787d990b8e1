/** What API Gateway is on AWS: an HTTP server that hands requests to the same handlers as Lambda would. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BODY_BYTES_MAX } from '../contracts/limits.ts';
import { problem, type HttpAnswer } from '../contracts/http.ts';
import { HANDLERS } from './functions.ts';

/** A handler as middy makes it: the context is Lambda's, of which none uses anything. */
type HttpFunction = (event: unknown, context: never) => Promise<HttpAnswer>;

/** As in serverless.yml: a test holds the two equal. */
export const HTTP_ROUTES = [
  { method: 'POST', path: '/webhooks/github', function: 'slipway-webhook' },
  { method: 'POST', path: '/slack', function: 'slipway-slack' },
  { method: '*', path: '/v1/', function: 'slipway-api' },
] as const;

export interface GatewayOptions {
  /** Requests that are streamed, and so stay out of the handlers: uploads. Answers false for one that is not its own. */
  readonly streamed: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;

export function createGateway(options: GatewayOptions): Server {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: 32 * 1024 }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.log('a request failed', { path: request.url?.split('?')[0], error: error instanceof Error ? error.message : String(error) });
      if (!response.headersSent) send(response, problem(500, 'Internal', 'Something went wrong inside. It is in the log of the control plane.'));
      else response.destroy();
    });
  });
  return server;
}

async function answer(options: GatewayOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  if (path === '/health') return send(response, { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}' });
  if (await options.streamed(request, response)) return;
  const route = HTTP_ROUTES.find((known) => (known.path.endsWith('/') ? path.startsWith(known.path) : path === known.path) && (known.method === '*' || known.method === request.method));
  if (route === undefined) return refuse(request, response, problem(404, 'NotFound', `There is no ${request.method ?? ''} ${path}. See docs/api.md.`));
  const body = await readBody(request);
  if (body === 'too large') return refuse(request, response, problem(413, 'LimitExceeded', `The body has more than ${BODY_BYTES_MAX} bytes.`));
  if (body === 'broken off') return;
  const handler = HANDLERS[route.function] as unknown as HttpFunction;
  send(response, await handler({
    version: '2.0', rawPath: path, rawQueryString: query, headers: headersOf(request), body: body.toString('base64'), isBase64Encoded: true,
    requestContext: { http: { method: request.method ?? 'GET', path } },
  }, {} as never));
}

/** API Gateway gives lower-case names, and repeated ones joined. */
const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).filter((entry) => entry[1] !== undefined).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value ?? '']));

/** At most BODY_BYTES_MAX: a longer one is refused by its declared length before a byte is read, or once it has grown over. */
function readBody(request: IncomingMessage): Promise<Buffer | 'too large' | 'broken off'> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return Promise.resolve('too large');
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > BODY_BYTES_MAX) {
        request.pause();
        resolve('too large');
      } else parts.push(part);
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', () => resolve('broken off'));
    request.on('close', () => resolve('broken off'));
  });
}

/** Answers without reading on, and closes: what is still on its way is nobody's. */
function refuse(request: IncomingMessage, response: ServerResponse, said: HttpAnswer): void {
  response.on('finish', () => request.destroy());
  send(response, { ...said, headers: { ...said.headers, connection: 'close' } });
}

function send(response: ServerResponse, said: HttpAnswer): void {
  response.writeHead(said.statusCode, { ...said.headers, 'content-length': Buffer.byteLength(said.body), 'x-content-type-options': 'nosniff' });
  response.end(said.body);
}
