/** Answers that the router gives by itself, as problem details (RFC 9457). */
import { STATUS_CODES, type ServerResponse } from 'node:http';

/**
 * Answers `status` with a problem document. `close` ends the connection afterwards: what follows on it cannot be trusted,
 * or is not wanted.
 */
export function answerProblem(response: ServerResponse, status: number, detail: string, close = false): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { headers, body } = problemDocument(status, detail);
  if (close) headers.push('connection', 'close');
  response.writeHead(status, headers);
  response.end(body);
}

/** The same answer as text, for raw connections: status line and headers, each with its CRLF, and the body. Plain ASCII only. */
export function problemParts(status: number, detail: string): { lines: string; body: string } {
  const { headers, body } = problemDocument(status, detail);
  let lines = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let index = 0; index < headers.length; index += 2) lines += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return { lines, body };
}

function problemDocument(status: number, detail: string): { headers: string[]; body: string } {
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail });
  return { headers: ['content-type', 'application/problem+json', 'content-length', String(Buffer.byteLength(body)), 'cache-control', 'no-store'], body };
}
