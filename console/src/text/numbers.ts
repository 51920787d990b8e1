/** Numbers for people. Pure. */

/** Less than this says no more than that there was something, in percent. */
const LITTLE = 0.0001;

/** 0.0123 -> `1.23 %`, 0.00004 -> `0.004 %`: as in verdicts, the command line and Slack. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0 %';
  if (value < LITTLE) return `under ${LITTLE} %`;
  return `${value >= 0.1 ? Math.round(value * 100) / 100 : Number(value.toPrecision(2))} %`;
}

export const count = (value: number): string => value.toLocaleString('en-US');

/** `1 service`, `2 services`. */
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let [size, unit] = [value, 0];
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Over it nobody can tell one from another: the same bound as in the command line and in Slack. */
export const LOG_MANY = Math.log(1e6);

/** exp of a log e-value: `0.35`, `20`, `7226`, `more than a million`. */
export function odds(ln: number): string {
  if (ln > LOG_MANY) return 'more than a million';
  const value = Math.exp(ln);
  return String(value < 10 ? Math.round(value * 100) / 100 : Math.round(value));
}

/** `sha256:4f1c...` -> the first 12 digits. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12);
export const shortCommit = (commit: string): string => commit.slice(0, 10);
export const shortTrace = (id: string): string => id.slice(0, 8);
/** Versions that are commits are long; people know them by their beginning. */
export const shortVersion = (version: string): string => (/^[0-9a-f]{12,}$/.test(version) ? version.slice(0, 10) : version);
