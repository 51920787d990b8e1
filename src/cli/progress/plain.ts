/** Progress as lines that are only added, for logs: one when a stage changes, and the judge's numbers now and then. */
import type { Output } from '../needs.ts';
import { span } from '../text/time.ts';
import { heading, rowText } from './describe.ts';
import type { Display } from './display.ts';
import type { Row } from '../../contracts/progress/row.ts';
import type { View } from '../../contracts/progress/view.ts';

/** Numbers alone are worth a line this often. */
const NUMBERS_EVERY_MS = 10_000;

interface Said {
  readonly change: string;
  readonly numbers: string;
  readonly at: number;
}

export function plainDisplay(output: Output): Display {
  const said = new Map<string, Said>();
  let headed = '';
  let remarked = '';
  return {
    show: (view, now) => {
      remarked = '';
      const lines = view.pipeline === headed ? [] : [heading(view)];
      headed = view.pipeline;
      const seen = new Map<string, number>();
      for (const row of view.rows) {
        const name = `${view.pipeline} ${row.environment ?? ''} ${row.stage}`;
        // Gates share a name: the first of them, the second.
        seen.set(name, (seen.get(name) ?? 0) + 1);
        const key = `${name} ${seen.get(name) ?? 0}`;
        const next = { change: changeOf(row), numbers: JSON.stringify(row.judged), at: now };
        if (!isNews(said.get(key), next, row)) continue;
        said.set(key, next);
        lines.push(lineOf(view, row, now));
      }
      if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
    },
    remark: (text) => {
      if (text !== remarked) output.write(`${text}\n`);
      remarked = text;
    },
    end: () => undefined,
  };
}

/** All that is worth a line at once. */
const changeOf = (row: Row): string => JSON.stringify([row.state, row.instances, row.weight, row.batch, row.tests, row.note, row.judged?.verdict ?? null]);

function isNews(before: Said | undefined, next: Said, row: Row): boolean {
  if (before === undefined) return row.state !== 'waiting' && row.state !== 'skipped';
  if (before.change !== next.change) return true;
  return before.numbers !== next.numbers && next.at - before.at >= NUMBERS_EVERY_MS;
}

function lineOf(view: View, row: Row, now: number): string {
  const text = rowText(row, now);
  const time = span((now - view.startedAt) / 1000).padStart(6);
  return `${time}  ${row.environment === null ? '' : `${row.environment} `}${row.stage} ${row.state}${text === '' ? '' : `: ${text}`}`;
}
