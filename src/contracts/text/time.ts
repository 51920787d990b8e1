/** Times as people read them. */

/** `850ms`, `42s`, `1m20s`, `2h05m`, `3d04h`: the two largest units. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return pair(whole, 60, 'm', 1, 's');
  if (whole < 86_400) return pair(whole, 3600, 'h', 60, 'm');
  return pair(whole, 86_400, 'd', 3600, 'h');
}

function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${Math.floor(seconds / large)}${largeUnit}${String(Math.floor((seconds % large) / small)).padStart(2, '0')}${smallUnit}`;
}

export const ago = (at: number, now: number): string => (now - at < 1000 ? 'now' : `${span((now - at) / 1000)} ago`);

/** UTC, to the second. */
export const clockTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;

export const count = (value: number, one: string, many = `${one}s`): string => `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`;
