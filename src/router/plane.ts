/** The data plane: what a listening port does with each request. */
import { ServerResponse, createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Exchange } from './exchange.ts';
import { FastPath } from './fast/path.ts';
import { readRequestHead } from './headers.ts';
import type { RouterLimits } from './limits.ts';
import type { LiveRoute } from './live-route.ts';
import { answerProblem } from './problem.ts';
import { stickyKey } from './stickiness.ts';
import { headerLines } from './tap.ts';

export interface Plane {
  readonly limits: RouterLimits;
  /** `append`: keep what clients say in X-Forwarded-*, and add to it. `replace`: believe nothing. */
  readonly forwarded: 'append' | 'replace';
  readonly ending: () => boolean;
  /** Answer simple requests on raw connections; false: node:http does all of them. */
  readonly fastPath: boolean;
}

/** A listening port. Closing idle or all connections means those of both paths. */
export interface PlaneServer {
  readonly server: Server;
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

/** The route for a request, by its Host header where the port is shared. */
export type FindRoute = (host: string | undefined) => LiveRoute | undefined;

/** A server, not yet listening, that sends its requests where `find` says. */
export function createPlaneServer(plane: Plane, find: FindRoute): PlaneServer {
  const server = createHttpServer(plane, find);
  const fast = plane.fastPath ? new FastPath(server, plane, find) : undefined;
  return {
    server,
    closeIdleConnections: () => {
      fast?.closeIdle();
      server.closeIdleConnections();
    },
    closeAllConnections: () => {
      fast?.closeAll();
      server.closeAllConnections();
    },
  };
}

function createHttpServer(plane: Plane, find: FindRoute): Server {
  const { limits } = plane;
  const server = createServer({
    maxHeaderSize: limits.headersBytes,
    insecureHTTPParser: false,
    // readRequestHead does it: Node's own refusal lets requests that follow on the connection through.
    requireHostHeader: false,
    keepAliveTimeout: limits.keepAliveMs,
    headersTimeout: limits.headersMs,
    // Uploads may take as long as they move; whoever sends no head at all is ended by headersTimeout.
    requestTimeout: 0,
    // h2c is an offer that may be ignored (RFC 9113 3.1 withdrew it): such a request is answered in HTTP/1.1.
    shouldUpgradeCallback: (request) => !/\bh2c\b/i.test(request.headers.upgrade ?? ''),
  });
  // Node drops headers over its count without a word; the size limit bounds them already.
  server.maxHeadersCount = 0;
  server.on('request', (request, response) => serve(plane, find, { request, response, expectContinue: false, upgrade: undefined }));
  server.on('checkContinue', (request, response) => serve(plane, find, { request, response, expectContinue: true, upgrade: undefined }));
  server.on('upgrade', (request, socket, head) => serveUpgrade(plane, find, request, socket as Socket, head));
  server.on('connect', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

/** Connections that are being closed for what came on them: what else they sent was parsed already, and is not served. */
const condemned = new WeakSet<Socket>();

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly expectContinue: boolean;
  readonly upgrade: { readonly protocol: string; readonly first: Buffer } | undefined;
}

function serve(plane: Plane, find: FindRoute, { request, response, expectContinue, upgrade }: Arrival): void {
  const { limits } = plane;
  if (condemned.has(request.socket)) return;
  if (request.method === 'OPTIONS' && request.url === '*') return answerProblem(response, 501, 'OPTIONS * asks about the router itself, which has nothing to say');
  const head = readRequestHead(request, plane.forwarded, limits.urlBytes);
  if ('reason' in head) return refuse(request, response, head.status, `${head.reason}; the request is refused and the connection closed`);
  const route = find(head.host);
  if (route === undefined) return refuseBody(request, response, 404, 'no route for this host; the shared port wants <service>.<environment>.localhost');
  const sticky = stickyKey(route.table.entry.stickiness, (name) => {
    const value = request.headers[name];
    return value === undefined ? undefined : String(value);
  });
  const chosen = route.choose(sticky?.key);
  if (chosen === undefined) {
    route.unrouted++;
    return refuseBody(request, response, 503, 'this route sends its traffic nowhere: no revision has a weight');
  }
  const take = upgrade === undefined ? route.tap?.wants(chosen.id, request.method ?? '', head.hasBody) : undefined;
  if (take !== undefined && !head.hasBody) take({ method: request.method ?? '', target: head.path, headers: headerLines(head.headers), body: undefined });
  new Exchange({ route, request, response, head, limits, chosen, cookie: sticky?.cookie, expectContinue, upgrade, ending: plane.ending, take: head.hasBody ? take : undefined }).start();
}

/** Answers, and closes the connection. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, detail: string): void {
  condemned.add(request.socket);
  answerProblem(response, status, detail, true);
}

/** Answers without reading the body: where there is more of it to come the connection cannot go on. */
function refuseBody(request: IncomingMessage, response: ServerResponse, status: number, detail: string): void {
  if (request.complete) answerProblem(response, status, detail);
  else refuse(request, response, status, detail);
}

/** An upgrade is an exchange like any other until it is answered with 101; any other answer ends the connection. */
function serveUpgrade(plane: Plane, find: FindRoute, request: IncomingMessage, socket: Socket, first: Buffer): void {
  socket.on('error', () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  serve(plane, find, { request, response, expectContinue: false, upgrade: { protocol: request.headers.upgrade ?? '', first } });
}
