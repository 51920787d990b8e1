/** Text measured and cut in terminal cells. */
import { stripVTControlCharacters } from 'node:util';

const SEGMENTS = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Wide and fullwidth blocks of Unicode's East Asian Width (UAX 11), as far as text has them, and pictographs shown as emoji. */
const WIDE = /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|^\p{Emoji_Presentation}|^\p{Emoji}\uFE0F/u;
const NARROW = /^[\x20-\x7e]*$/;

/** Cells of a text; colours take none. */
export function cells(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (NARROW.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of SEGMENTS.segment(plain)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** At most so many cells, with a sign where something was left out. The text has no colours. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of SEGMENTS.segment(text)) {
    const next = used + (WIDE.test(segment) ? 2 : 1);
    if (next > width - 1) break;
    kept += segment;
    used = next;
  }
  return `${kept}…`;
}

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - cells(text)));

/** Columns side by side, each as wide as its widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => cells(row[column] ?? ''))));
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : pad(cell, widths[column] ?? 0))).join('  ').trimEnd());
}

const DEFAULT_COLUMNS = 80;
/** Columns of a terminal. One that was never told its size says 0. */
export const widthOf = ({ columns = 0 }: { readonly columns?: number | undefined }): number => (columns > 0 ? columns : DEFAULT_COLUMNS);
