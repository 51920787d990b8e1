/** Where spans are sent, and how. */
import type { Attributes } from './span.ts';

export interface SpanSending {
  /** The whole address, as `https://collector.example.com/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** From the first span of a batch until it is sent. */
  readonly delayMs: number;
  /** Of one request. */
  readonly batchSpans: number;
  /** Of those that wait; what comes beyond them is dropped. */
  readonly queueSpans: number;
  /** Who sends: `service.name` and more. */
  readonly resource: Attributes;
}
