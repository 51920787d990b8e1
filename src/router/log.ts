/** What the router has to say: one JSON line per event. Never holds headers, bodies or query strings of requests. */

export interface RouterEvent {
  readonly level: 'info' | 'error';
  readonly message: string;
  readonly [detail: string]: unknown;
}

export type RouterLog = (event: RouterEvent) => void;

/** Writes each event as one line. `now` gives milliseconds since the epoch. */
export const lineLog = (write: (line: string) => unknown, now: () => number): RouterLog =>
  (event) => void write(`${JSON.stringify({ at: new Date(now()).toISOString(), component: 'router', ...event })}\n`);
