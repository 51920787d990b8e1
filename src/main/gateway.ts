/** What API Gateway is on AWS: an HTTP server that hands requests to the same handlers as Lambda would. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { BODY_BYTES_MAX } from '../contracts/limits.ts';
import { problem, type HttpAnswer } from '../contracts/http.ts';
import type { ConsoleFiles } from './console-files.ts';
import { crossOrigin } from './cross-origin.ts';
import { HANDLERS } from './functions.ts';
import type { RequestBodies } from './request-bodies.ts';

/** A handler as middy makes it: the context is Lambda's, of which none uses anything. */
type HttpFunction = (event: unknown, context: never) => Promise<HttpAnswer>;

/** As in serverless.yml: a test holds the two equal. */
export const HTTP_ROUTES = [
  { method: 'POST', path: '/webhooks/github', function: 'slipway-webhook' },
  { method: 'POST', path: '/webhooks/gitlab', function: 'slipway-webhook' },
  { method: 'POST', path: '/webhooks/bitbucket', function: 'slipway-webhook' },
  { method: 'POST', path: '/webhooks/bitbucket-server', function: 'slipway-webhook' },
  { method: 'POST', path: '/webhooks/gitea', function: 'slipway-webhook' },
  { method: 'POST', path: '/webhooks/azure-devops', function: 'slipway-webhook' },
  { method: 'POST', path: '/slack', function: 'slipway-slack' },
  { method: 'GET', path: '/v1/log-in', function: 'slipway-log-in' },
  { method: 'POST', path: '/v1/log-in', function: 'slipway-log-in' },
  { method: 'POST', path: '/v1/slack/checks', function: 'slipway-slack-connect' },
  { method: 'POST', path: '/v1/artifacts', function: 'slipway-register-artifact' },
  { method: '*', path: '/v1/', function: 'slipway-api' },
] as const;

export interface GatewayOptions {
  /** Requests that are streamed, and so stay out of the handlers: uploads, live events. Answers false for one that is not its own. */
  readonly streamed: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** The refusal of a request whose sender is nobody, by its headers alone; null when it may go on. */
  readonly refused: (request: IncomingMessage) => Promise<HttpAnswer | null>;
  readonly bodies: RequestBodies;
  /** Of pages that may ask the API from elsewhere. */
  readonly origins: readonly string[];
  readonly console: ConsoleFiles;
  /** Told of each request when it was answered. */
  readonly answered: (method: string, path: string, status: number, seconds: number) => void;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Node looks every 30 s by itself: whoever opens connections and sends nothing would keep them four times as long as allowed. */
const CHECK_EVERY_MS = 2000;
const HEAD_BYTES_MAX = 32 * 1024;
/** Longer than proxies and clients keep an idle connection (60 s as a rule), so that none is closed while they send on it. */
const KEEP_ALIVE_MS = 75_000;

export function createGateway(options: GatewayOptions): Server {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: CHECK_EVERY_MS, maxHeaderSize: HEAD_BYTES_MAX, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const began = performance.now();
    // A stream of events is no request that took long.
    const isStream = /\btext\/event-stream\b/.test(request.headers.accept ?? '');
    if (!isStream) response.on('finish', () => options.answered(request.method ?? '', (request.url ?? '/').split('?', 1)[0] ?? '/', response.statusCode, (performance.now() - began) / 1000));
    answer(options, request, response).catch((error: unknown) => {
      options.log('a request failed', { path: request.url?.split('?')[0], error: error instanceof Error ? error.message : String(error) });
      if (!response.headersSent) send(response, problem(500, 'Internal', 'Something went wrong inside. It is in the log of the control plane.'));
      else response.destroy();
    });
  });
  server.on('clientError', refuseUnread);
  return server;
}

/** What is no HTTP, or has too long a head, gets as far as the parser only. */
function refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, said] = error.code === 'HPE_HEADER_OVERFLOW'
    ? ['431 Request Header Fields Too Large', problem(431, 'LimitExceeded', `The address and the headers have more than ${HEAD_BYTES_MAX} bytes together.`)] as const
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? ['408 Request Timeout', problem(408, 'InvalidInput', 'The request did not come in time.')] as const : ['400 Bad Request', problem(400, 'InvalidInput', 'This is no HTTP request.')] as const;
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(said.body)}\r\nConnection: close\r\n\r\n${said.body}`);
}

async function answer(options: GatewayOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  if (path === '/health') return send(response, { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}' });
  if (crossOrigin(options.origins, request, response)) return;
  if (await options.streamed(request, response)) return;
  const route = HTTP_ROUTES.find((known) => (known.path.endsWith('/') ? path.startsWith(known.path) : path === known.path) && (known.method === '*' || known.method === request.method));
  if (route === undefined && options.console.serve(request, response)) return;
  if (route === undefined) return wrongMethod(path) ? refuse(options.bodies, request, response, withHeaders(problem(405, 'MethodNotAllowed', `${path} takes POST only.`), { allow: 'POST' })) : refuse(options.bodies, request, response, problem(404, 'NotFound', `There is no ${request.method ?? ''} ${path}. See docs/api.md.`));
  // Who is nobody is refused before a byte of the body is read.
  if (route.function !== 'slipway-log-in' && path.startsWith('/v1/') && hasBody(request)) {
    const refusal = await options.refused(request);
    if (refusal !== null) return refuse(options.bodies, request, response, refusal);
  }
  const body = await options.bodies.read(request);
  if (body === 'no room') return refuse(options.bodies, request, response, withHeaders(problem(503, 'ProviderUnavailable', 'Too many long bodies are being sent at once. Send it again in a moment.'), { 'retry-after': '1' }));
  if (body === 'too large') return refuse(options.bodies, request, response, problem(413, 'LimitExceeded', `The body has more than ${BODY_BYTES_MAX} bytes.`));
  if (body === 'broken off') return;
  const handler = HANDLERS[route.function] as unknown as HttpFunction;
  send(response, await handler({
    version: '2.0', rawPath: path, rawQueryString: query, headers: headersOf(request), body: body.toString('base64'), isBase64Encoded: true,
    requestContext: { http: { method: request.method ?? 'GET', path, sourceIp: request.socket.remoteAddress ?? '' } },
  }, {} as never));
}

const hasBody = ({ headers }: IncomingMessage): boolean => headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
const wrongMethod = (path: string): boolean => HTTP_ROUTES.some((route) => route.path === path);
const withHeaders = (said: HttpAnswer, headers: Readonly<Record<string, string>>): HttpAnswer => ({ ...said, headers: { ...said.headers, ...headers } });

/** API Gateway gives lower-case names, and repeated ones joined. */
const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).filter((entry) => entry[1] !== undefined).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value ?? '']));

/**
 * Whoever still sends gets so long to read the answer: closing at once resets the connection, and the reset may overtake the answer. It is
 * nginx's lingering_timeout too, https://nginx.org/en/docs/http/ngx_http_core_module.html#lingering_timeout: a sender that does not read would
 * fill the system's buffers again with each connection, and that takes more of the processor than anything here.
 */
const LINGER_MS = 5000;

/** Answers without reading on, and closes: what is still on its way is nobody's. */
function refuse(bodies: RequestBodies, request: IncomingMessage, response: ServerResponse, said: HttpAnswer): void {
  response.on('finish', () => request.destroy());
  const closing = withHeaders(said, { connection: 'close' });
  if (request.complete || !hasBody(request)) return send(response, closing);
  bodies.refuse(request);
  writeHead(response, closing, Buffer.byteLength(closing.body));
  response.write(said.body);
  const timer = setTimeout(() => response.end(), LINGER_MS);
  response.on('close', () => clearTimeout(timer));
}

const bytesOf = ({ body, isBase64Encoded }: HttpAnswer): Buffer => Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');

function writeHead(response: ServerResponse, said: HttpAnswer, bytes: number): ServerResponse {
  // What was found out before the handler was asked, such as the origin, counts beside what it says.
  const vary = [response.getHeader('vary'), said.headers['vary']].filter((one) => one !== undefined).join(', ');
  return response.writeHead(said.statusCode, { ...said.headers, ...(vary === '' ? {} : { vary }), 'content-length': bytes, 'x-content-type-options': 'nosniff' });
}

function send(response: ServerResponse, said: HttpAnswer): void {
  const body = bytesOf(said);
  writeHead(response, said, body.length).end(body);
}
