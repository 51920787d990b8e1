/** One text for one value: what is hashed, so that equal values have equal hashes whatever order their fields were written in. */
import { InvalidInput } from './errors.ts';

/**
 * JSON with object keys sorted by UTF-16 code units and no white space, as in RFC 8785 (JCS).
 * Fields that are undefined are left out, as in JSON; arrays keep their order; -0 is written 0.
 *
 * @throws InvalidInput for what JSON cannot say: functions, symbols, bigints, NaN, infinities, undefined in an array, objects
 * that are no plain data (a Date, a Map), and circles.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', []);
}

function write(value: unknown, path: string, parents: readonly object[]): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused(path, String(value));
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw refused(path, typeof value);
  if (parents.includes(value)) throw refused(path, 'a circle');
  const inside = [...parents, value];
  if (Array.isArray(value)) return `[${value.map((item, index) => write(item, `${path}[${index}]`, inside)).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm (a test's sandbox, a worker) has another Object.prototype, which itself has none above it.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw refused(path, value.constructor.name);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${write(field, `${path}.${key}`, inside)}`).join(',')}}`;
}

function refused(path: string, what: string): InvalidInput {
  return new InvalidInput(`${path} cannot be hashed: it is ${what}, which JSON cannot say. Hand in plain data only.`, { path });
}
