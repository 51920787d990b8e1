/** Progress as one line of JSON per state, for programs. */
import type { Output } from '../needs.ts';
import { jsonText } from '../text/json-text.ts';
import type { Display } from './display.ts';

/** `{"at": ..., "pipeline": ..., "status": {...}, "rows": [...]}`, whenever anything but the time has changed. */
export function ndjsonDisplay(output: Output, errors: Output): Display {
  let last = '';
  return {
    show: (view, now) => {
      const text = JSON.stringify(view);
      if (text !== last) output.write(`${jsonText({ at: now, ...view })}\n`);
      last = text;
    },
    remark: (text) => void errors.write(`${text}\n`),
    end: () => undefined,
  };
}
