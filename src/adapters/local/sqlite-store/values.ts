/**
 * Values of rows, parsed once for each text: a pipeline reads the same few documents at every turn, and parsing them took a seventh of
 * its time. A row is known by its text, so one that was deleted and written again is never mistaken for the one before.
 */
const KEPT_MAX = 64;
/** Longer texts are not kept: they would be most of the memory and are hardly read twice. */
const TEXT_MAX = 64 * 1024;

/** Frozen all through, as many readers share it. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** What a text says, as a value that nobody may change. */
export function createValues(kept: number = KEPT_MAX): (text: string) => unknown {
  const values = new Map<string, unknown>();
  return (text) => {
    const known = values.get(text);
    if (known !== undefined) {
      // The latest stay: a map gives its keys in the order they were set.
      values.delete(text);
      values.set(text, known);
      return known;
    }
    const value: unknown = frozen(JSON.parse(text));
    if (text.length > TEXT_MAX || typeof value !== 'object' || value === null) return value;
    values.set(text, value);
    const oldest = values.keys().next();
    if (values.size > kept && oldest.done === false) values.delete(oldest.value);
    return value;
  };
}
