/** Times and durations for people. Pure: now is handed in. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 s`, `4 min`, `2 h 5 min`, `3 d`. @param ms zero or more */
export function duration(ms: number): string {
  if (ms < SECOND) return ms < 1 ? '0 s' : `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return both(ms, MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return both(ms, HOUR, 'h', MINUTE, 'min');
  return both(ms, DAY, 'd', HOUR, 'h');
}

function both(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

/** `now`, `40 s ago`, `5 min ago`, `3 h ago`, then the date. */
export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < 5 * SECOND) return 'now';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  if (ms < 14 * DAY) return `${Math.floor(ms / DAY)} d ago`;
  return new Date(at).toISOString().slice(0, 10);
}

/** `in 4 min`, or `over`. */
export const until = (at: number, now: number): string => (at <= now ? 'over' : `in ${duration(at - now)}`);

/** In the reader's own time zone, to the second: `2026-11-26 03:04:05`. */
export function exact(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

/** For an `<input type="datetime-local">`, and back. */
export const localInput = (at: number): string => exact(at).slice(0, 16).replace(' ', 'T');
export const fromLocalInput = (text: string): number | null => {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
};
