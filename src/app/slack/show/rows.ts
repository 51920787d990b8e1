/** The rows of progress as lines of a message. */
import { escaped, time } from '../../../contracts/slack/blocks.ts';
import type { Judged, Row, RowState } from '../../../contracts/progress/row.ts';
import { count } from '../../../contracts/text/time.ts';
import { percent } from '../../../domain/judge/wording.ts';

export const MARKS = { waiting: '⚪', running: '🔵', asking: '🟡', passed: '✅', failed: '❌', skipped: '➖' } as const satisfies Record<RowState, string>;
const NOTE_CHARACTERS = 200;

/** `✅ *production* canary · 2/2 healthy`; the environment only where it changes. */
export const rowLines = (rows: readonly Row[]): string[] => rows.map((row, index) => {
  const isNew = row.environment !== null && row.environment !== rows[index - 1]?.environment;
  const text = rowText(row);
  return `${MARKS[row.state]} ${isNew ? `*${row.environment ?? ''}* ` : ''}${row.stage}${text === '' ? '' : ` · ${text}`}`;
});

export function rowText(row: Row): string {
  return [
    row.batch === null ? '' : `batch ${row.batch.number} of ${row.batch.of}`,
    row.instances === null ? '' : `${row.instances.healthy}/${row.instances.wanted} healthy`,
    row.weight === null ? '' : `${row.weight} % of traffic`,
    row.tests === null || (row.state !== 'running' && row.tests.passed + row.tests.failed === 0) ? '' : `${row.tests.passed} of ${row.tests.total} passed`,
    row.judged === null ? '' : judgedText(row.judged),
    row.note === null ? '' : escaped(noteText(row.note).slice(0, NOTE_CHARACTERS)),
    row.endsAt === null ? '' : `until ${time(row.endsAt)}`,
  ].filter((part) => part !== '').join(' · ');
}

/** Without the command line's command: here there are buttons. */
const noteText = (note: string): string => note.replace(/; slipway approve \S+$/, '').replaceAll(/\s+/g, ' ');

function judgedText({ requests, needed, failureRate, stableFailureRate }: Judged): string {
  const of = requests >= needed ? '' : ` of ${needed} needed`;
  return `${count(requests, 'request')}${of}${failureRate === null ? '' : `, ${percent(failureRate)} failed${stableFailureRate === null ? '' : `, stable ${percent(stableFailureRate)}`}`}`;
}
