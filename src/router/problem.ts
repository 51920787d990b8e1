/** Answers that the router gives by itself, as problem details (RFC 9457). */
import { STATUS_CODES, type ServerResponse } from 'node:http';

/**
 * Answers `status` with a problem document. `close` ends the connection afterwards: what follows on it cannot be trusted,
 * or is not wanted.
 */
export function answerProblem(response: ServerResponse, status: number, detail: string, close = false): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail });
  const headers = ['content-type', 'application/problem+json', 'content-length', String(Buffer.byteLength(body)), 'cache-control', 'no-store'];
  if (close) headers.push('connection', 'close');
  response.writeHead(status, headers);
  response.end(body);
}
