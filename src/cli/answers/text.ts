/** Text of an answer: what could do something to a terminal is shown as an escape. */
import * as z from 'zod';

const DANGEROUS = /[^\P{C}\n\t]/gu;

export const harmless = (text: string): string => text.replaceAll(DANGEROUS, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);

export const Text = z.string().transform(harmless);
/** For tables and rows: line ends too. */
export const Line = z.string().transform((text) => harmless(text).replaceAll(/\s+/g, ' ').trim());
