/** Where progress is shown: a terminal in place, plain lines, or a line of JSON per state. */
import type { View } from '../../contracts/progress/view.ts';

export interface Display {
  show(view: View, now: number): void;
  /** Something beside the progress: the control plane does not answer, say. */
  remark(text: string): void;
  /** After the last view: the terminal is as it was. */
  end(): void;
}
