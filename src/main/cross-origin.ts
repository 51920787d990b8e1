/**
 * Browsers' questions from other origins (https://fetch.spec.whatwg.org/#http-cors-protocol): a console that a bucket serves, say. Exact
 * origins only, none unless the installation names them. No credentials: a session is a header that the console sends itself.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** As in infrastructure/log-in.yml. */
export const CORS_HEADERS = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  asked: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'last-event-id'],
  shown: ['etag', 'idempotency-replayed', 'link', 'retry-after'],
  maxAgeSeconds: 600,
} as const;

/**
 * Says to a browser whether the page that asks may read the answer. Answers true for a preflight, which is answered by that, without
 * asking who it is: it carries no token, and says nothing.
 * @param origins each as a browser writes it: `https://console.example.com`
 */
export function crossOrigin(origins: readonly string[], request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers;
  if (origin === undefined || !request.url?.startsWith('/v1/')) return false;
  // What is kept for one origin is not for another.
  if (origins.length > 0) response.setHeader('vary', 'Origin');
  const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  const isAllowed = origins.includes(origin);
  if (isAllowed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', CORS_HEADERS.shown.join(', '));
  }
  if (!isPreflight) return false;
  if (isAllowed) {
    response.setHeader('access-control-allow-methods', CORS_HEADERS.methods.join(', '));
    response.setHeader('access-control-allow-headers', CORS_HEADERS.asked.join(', '));
    response.setHeader('access-control-max-age', String(CORS_HEADERS.maxAgeSeconds));
  }
  response.writeHead(204).end();
  return true;
}
