/** A request as it goes to an instance. */
export interface HttpRequest {
  readonly method: string;
  readonly target: string;
  /** Lines of `name: value`, each with its CRLF; single bytes as characters. */
  readonly headers: string;
  readonly body: Uint8Array | undefined;
}
