/** What services print, as a terminal may be given it. */
import { harmless } from '../answers/text.ts';

/** Select graphic rendition: colours and weight, which can do nothing but look. https://ecma-international.org/publications-and-standards/standards/ecma-48/ 8.3.117 */
// eslint-disable-next-line no-control-regex
const RENDITION = /(\u001B\[[\d;:]{0,40}m)/;
const PLAIN = '\u001B[0m';

/**
 * Everything that could do something to a terminal is shown as an escape. Colours stay where colours are shown, and end with their line, so
 * that they reach no other text; elsewhere they are left out.
 */
export const logText = (text: string, coloured: boolean): string => text.split(/\r?\n/).map((line) => lineOf(line, coloured)).join('\n');

function lineOf(line: string, coloured: boolean): string {
  // The separators stand at the odd places: they are the group of the pattern.
  const parts = line.split(RENDITION);
  if (parts.length === 1) return harmless(line);
  return `${parts.map((part, index) => (index % 2 === 0 ? harmless(part) : coloured ? part : '')).join('')}${coloured ? PLAIN : ''}`;
}
