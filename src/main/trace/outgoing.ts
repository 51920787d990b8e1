/**
 * Requests that go out, as spans of the work that they are made for, with the header by which the other side goes on in the trace. Node tells of
 * every one, whoever makes it: https://nodejs.org/api/diagnostics_channel.html#built-in-channels, of `fetch` as undici does:
 * https://undici.nodejs.org/#/docs/api/DiagnosticsChannel. Addresses may hold keys: a span has the host, and never a path.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { telemetry } from '#telemetry';
import { failureOf } from '../../domain/trace/span.ts';
import { beginSpan, work } from './work.ts';

type Open = ReturnType<typeof beginSpan>;

/** A request of `fetch`. */
interface FetchRequest {
  readonly origin: string | URL;
  readonly method: string;
  addHeader(name: string, value: string): void;
}

/** What is asked over a socket in the file system. */
const ROUTER = 'router';

/** As an address has it: `host:port`, without the port that is a matter of course. */
function portedHost(request: ClientRequest): string {
  const given = request.getHeader('host');
  return typeof given === 'string' ? given : request.host;
}

const open = new WeakMap<object, Open>();
let isFollowing = false;

/** From now on, as long as the process lives. Nothing is done for a request that no traced work makes. */
export function followRequests(): void {
  if (isFollowing) return;
  isFollowing = true;
  subscribe('undici:request:create', (message) => {
    const { request } = message as { request: FetchRequest };
    began(request, request.method, new URL(String(request.origin)).host, (name, value) => request.addHeader(name, value));
  });
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as { request: FetchRequest; response: { statusCode: number } };
    answered(request, response.statusCode);
  });
  subscribe('undici:request:error', (message) => {
    const { request, error } = message as { request: FetchRequest; error: unknown };
    failed(request, error);
  });
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest & { readonly socketPath?: string | null } };
    // One whose head is written already says nothing more.
    began(request, request.method, request.socketPath == null ? portedHost(request) : ROUTER, (name, value) => { if (!request.headersSent) request.setHeader(name, value); });
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    answered(request, response.statusCode ?? 0);
  });
  subscribe('http.client.request.error', (message) => {
    const { request, error } = message as { request: ClientRequest; error: unknown };
    failed(request, error);
  });
}

function began(request: object, method: string, host: string, give: (name: string, value: string) => void): void {
  const [sink, outer] = [telemetry.spans(), work()];
  if (sink === null || outer === undefined || !sink.isWanted(host)) return;
  const span = beginSpan(outer, { name: `${method} ${host}`, kind: 'client', attributes: { 'http.request.method': method, 'server.address': host } });
  open.set(request, span);
  for (const [name, value] of sink.headersTo(span.context, host)) give(name, value);
}

function answered(request: object, status: number): void {
  open.get(request)?.end({ 'http.response.status_code': status }, status >= 400 ? { name: String(status), message: `It answered ${status}.` } : null);
  open.delete(request);
}

function failed(request: object, error: unknown): void {
  open.get(request)?.end({}, failureOf(error));
  open.delete(request);
}
