/** A mistake in a file that people write, said so that it can be corrected without reading the documentation. */
import * as z from 'zod';
import type { FieldPath } from '../../domain/finding.ts';

/** `line` and `column` count from 1; a column is a UTF-16 unit, as editors count. */
export const Issue = z.strictObject({
  file: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
  /** The field, for example `tests[1].http.expect.status`; empty for the file as a whole. */
  path: z.string(),
  message: z.string(),
  allowed: z.array(z.string()).optional(),
  /** What was probably meant, as it would be written in the file. */
  suggestion: z.string().optional(),
  severity: z.enum(['error', 'warning']),
  /** The line may hold a secret or a setting that somebody mistook for one: it is never shown. */
  hidden: z.boolean().optional(),
});
export type Issue = z.infer<typeof Issue>;

/** `['tests', 1, 'http']` as `tests[1].http`. */
export function fieldText(path: FieldPath): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${printable(part)}`), '');
}

/** Values under these fields are not quoted in messages, because what stands there by mistake may be a secret. */
export function isHidden(path: FieldPath): boolean {
  return path.some((part, index) => (part === 'secrets' || part === 'configuration') && index < path.length - 1);
}

/** Text from a file, cut and with control and direction characters escaped, so that it can do nothing to a terminal or a log. */
export function printable(text: string, longest = 60): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replaceAll(/\p{C}/gu, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
