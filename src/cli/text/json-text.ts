/** JSON for whoever reads the output, who may be a terminal. */

/** JSON.stringify escapes what is below a space, and not the rest of what a terminal obeys (C1 codes, directions of writing). */
const ACTIVE = /[^\P{C}\n\t]/gu;
const escaped = (character: string): string => character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

/** The same value to every reader of JSON, in characters that do nothing. */
export const jsonText = (value: unknown, spaces?: number): string => JSON.stringify(value ?? null, null, spaces).replaceAll(ACTIVE, escaped);
