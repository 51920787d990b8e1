/** Progress redrawn in place: one write per change, so that nothing flickers. */
import type { Output } from '../needs.ts';
import { cells, cut, widthOf } from '../text/cells.ts';
import type { Style } from '../text/style.ts';
import { type Piece, styled, viewLines } from './describe.ts';
import type { Display } from './display.ts';

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
/** Terminals that know it show the frame at once; others ignore it. https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036 */
const BEGIN_FRAME = '\u001B[?2026h';
const END_FRAME = '\u001B[?2026l';
const CLEAR_LINE = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';
const DEFAULT_ROWS = 24;

export function terminalDisplay(output: Output, style: Style): Display {
  let shown: readonly Piece[][] = [];
  let frame = '';
  let remarked = '';
  const draw = (lines: readonly Piece[][]): void => {
    const columns = widthOf(output);
    const fitting = fitRows(lines, rowsOf(output)).map((line) => fitColumns(line, columns - 1));
    const text = fitting.map((line) => `${styled(line, style)}${CLEAR_LINE}\n`).join('');
    if (text === frame) return;
    const height = heightOf(shown, columns);
    output.write(`${BEGIN_FRAME}${HIDE_CURSOR}${height > 0 ? `\u001B[${height}A` : ''}\r${text}${CLEAR_BELOW}${END_FRAME}`);
    shown = fitting;
    frame = text;
  };
  return {
    show: (view, now) => {
      remarked = '';
      draw(viewLines(view, now));
    },
    remark: (text) => {
      if (text === remarked) return;
      remarked = text;
      draw([...shown.filter((line) => line[0]?.tone !== 'warn' || line.length > 1), [{ text, tone: 'warn' }]]);
    },
    // On Ctrl-C the terminal has written ^C below.
    end: () => void output.write(`\r${CLEAR_LINE}${SHOW_CURSOR}`),
  };
}

/** One that was never told its size says 0. */
const rowsOf = ({ rows = 0 }: Output): number => (rows > 0 ? rows : DEFAULT_ROWS);

/** What was drawn may take more rows now: the window may have become narrower, and the terminal has wrapped it. */
function heightOf(lines: readonly Piece[][], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(cells(line.map((piece) => piece.text).join('')) / columns)), 0);
}

/** What scrolls away cannot be redrawn: where there are too many lines, those that are over go first. */
function fitRows(lines: readonly Piece[][], rows: number): readonly Piece[][] {
  const room = Math.max(2, rows - 1);
  if (lines.length <= room) return lines;
  const [heading, ...rest] = lines;
  const busy = rest.filter((line) => line[0]?.tone !== 'good' && line[0]?.tone !== 'quiet');
  const kept = busy.length > 0 ? busy : rest;
  return [...(heading === undefined ? [] : [heading]), ...kept.slice(0, room - 1)];
}

function fitColumns(line: readonly Piece[], columns: number): Piece[] {
  let left = columns;
  return line.flatMap((piece) => {
    if (left <= 0) return [];
    const text = cut(piece.text, left);
    left -= cells(text);
    return [{ ...piece, text }];
  });
}
