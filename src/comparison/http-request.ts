/** A request as it goes to an instance. */
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';

export interface HttpRequest {
  readonly method: string;
  readonly target: string;
  /** Lines of `name: value`, each with its CRLF; single bytes as characters. */
  readonly headers: string;
  readonly body: Uint8Array | undefined;
}

export const httpRequestOf = ({ method, target, headers, body }: RecordedRequest): HttpRequest => ({
  method, target, headers: Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join(''), body: body === undefined ? undefined : new TextEncoder().encode(body),
});
