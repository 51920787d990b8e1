/** Numbers for people. Pure. */

/** 0.0123 -> `1.23 %`; small ones keep two digits that say something. */
export function percent(share: number): string {
  if (share === 0) return '0 %';
  const value = share * 100;
  if (value >= 10) return `${value.toFixed(1)} %`;
  if (value >= 0.1) return `${value.toFixed(2)} %`;
  return `${value.toPrecision(2)} %`;
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

/** e to the power of `ln`, as text: `1.5`, `20`, `1.2e6`. */
export function power(ln: number): string {
  const value = Math.exp(ln);
  if (!Number.isFinite(value)) return `1e${Math.round(ln / Math.LN10)}`;
  return value >= 10_000 || (value > 0 && value < 0.001) ? value.toExponential(1).replace('+', '') : value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** `sha256:4f1c...` -> the first 12 digits. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12);
export const shortCommit = (commit: string): string => commit.slice(0, 10);
export const shortTrace = (id: string): string => id.slice(0, 8);
/** Versions that are commits are long; people know them by their beginning. */
export const shortVersion = (version: string): string => (/^[0-9a-f]{12,}$/.test(version) ? version.slice(0, 10) : version);
