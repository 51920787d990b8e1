/** Text of an answer: what could do something to a terminal is shown as an escape. */
import * as z from 'zod';

const DANGEROUS = /[^\P{C}\n\t]/gu;

export const harmless = (text: string): string => text.replaceAll(DANGEROUS, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);

export const Text = z.string().transform(harmless);
/** For tables and rows: line ends too. */
export const Line = z.string().transform((text) => harmless(text).replaceAll(/\s+/g, ' ').trim());

const clean = (value: unknown): unknown => {
  if (typeof value === 'string') return harmless(value).replaceAll(/\s+/g, ' ').trim();
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [harmless(name), clean(inner)]));
};

/** An answer as the API's own schema has it, with every text in it made fit for one line of a terminal. */
export const shown = <S extends z.ZodType>(schema: S) => z.preprocess(clean, schema);
