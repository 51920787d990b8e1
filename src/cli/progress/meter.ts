/** How far a long calculation is, in one line of a terminal that is gone when it ends. */
import type { Session } from '../session.ts';
import { cut, widthOf } from '../text/cells.ts';

const CLEAR_LINE = '\u001B[K';

export interface Meter {
  show(text: string): void;
  /** Leaves nothing behind. */
  end(): void;
}

/** On the other output, so that a pipe gets only answers; nothing where nobody looks, or with --json. */
export function meter({ needs, json, style }: Session): Meter {
  if (!needs.isTerminal || json) return { show: () => undefined, end: () => undefined };
  let isShown = false;
  return {
    show: (text) => {
      isShown = true;
      needs.stderr.write(`\r${style('quiet', cut(text, widthOf(needs.stderr) - 1))}${CLEAR_LINE}`);
    },
    end: () => void (isShown && needs.stderr.write(`\r${CLEAR_LINE}`)),
  };
}
