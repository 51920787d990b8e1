/** A view in lines for people. */
import { percent } from '../../domain/judge/wording.ts';
import { pad } from '../text/cells.ts';
import type { Style, Tone } from '../text/style.ts';
import { count, span } from '../text/time.ts';
import type { Judged, Row, RowState } from '../../contracts/progress/row.ts';
import type { View } from '../../contracts/progress/view.ts';

const MARKS: Readonly<Record<RowState, string>> = { waiting: '○', running: '●', asking: '?', passed: '✓', failed: '✗', skipped: '-' };
const TONES_OF: Readonly<Record<RowState, Tone>> = { waiting: 'quiet', running: 'busy', asking: 'warn', passed: 'good', failed: 'bad', skipped: 'quiet' };

/** A part of a line with its tone, so that a line can be cut to its width before it is coloured. */
export interface Piece {
  readonly text: string;
  readonly tone: Tone | null;
}

/** The heading, then a line per row, columns aligned. */
export function viewLines(view: View, now: number): Piece[][] {
  const environments = view.rows.map((row) => row.environment ?? '');
  const widths = { environment: Math.max(0, ...environments.map((name) => name.length)), stage: Math.max(0, ...view.rows.map((row) => row.stage.length)) };
  const rows = view.rows.map((row, index): Piece[] => {
    const text = rowText(row, now);
    return [
      { text: `${MARKS[row.state]} `, tone: TONES_OF[row.state] },
      { text: `${pad(environments[index] === environments[index - 1] ? '' : environments[index] ?? '', widths.environment)}  `, tone: null },
      { text: text === '' ? row.stage : `${pad(row.stage, widths.stage)}  `, tone: row.state === 'running' || row.state === 'asking' ? 'strong' : row.state === 'waiting' || row.state === 'skipped' ? 'quiet' : null },
      { text: text, tone: row.state === 'failed' ? 'bad' : null },
    ];
  });
  return [[{ text: heading(view), tone: 'strong' }, { text: `  ${span((endOf(view, now) - view.startedAt) / 1000)}`, tone: 'quiet' }], ...rows];
}

export const plainLine = (pieces: readonly Piece[]): string => pieces.map((piece) => piece.text).join('').trimEnd();
export const styled = (pieces: readonly Piece[], style: Style): string => pieces.map(({ text, tone }) => (tone === null ? text : style(tone, text))).join('').trimEnd();

export const heading = (view: View): string => `${view.pipeline}  ${view.service} ${view.version}, ${view.cause} by ${view.startedBy}`;

const endOf = (view: View, now: number): number => ('at' in view.status ? view.status.at : now);

/** What a row says after its name; empty when there is nothing to say. */
export function rowText(row: Row, now: number): string {
  const left = row.endsAt === null ? null : (row.endsAt - now) / 1000;
  const parts = [
    row.batch === null ? '' : `batch ${row.batch.number} of ${row.batch.of}`,
    row.instances === null ? '' : `${row.instances.healthy}/${row.instances.wanted} healthy`,
    row.weight === null ? '' : `${row.weight} % of traffic`,
    row.tests === null || (row.state !== 'running' && row.tests.passed + row.tests.failed === 0) ? '' : `${row.tests.passed} of ${row.tests.total} passed`,
    row.judged === null ? '' : judgedText(row.judged),
    row.note ?? '',
    left === null ? '' : left > 0 ? `${span(left)} left` : 'time is up',
  ].filter((part) => part !== '');
  return parts.map((part) => part.replaceAll(/\s+/g, ' ')).join(' · ');
}

function judgedText({ requests, needed, failureRate, stableFailureRate }: Judged): string {
  const enough = requests >= needed ? '' : ` of ${needed.toLocaleString('en-US')} needed`;
  const rate = failureRate === null ? '' : `: ${percent(failureRate)} failed${stableFailureRate === null ? '' : `, stable ${percent(stableFailureRate)}`}`;
  return enough === '' ? `${count(requests, 'request')} judged${rate}` : `${requests.toLocaleString('en-US')}${enough} requests judged${rate}`;
}

/** How a pipeline ended, in a sentence; empty while it runs. */
export function outcomeText(view: View): string {
  const { status, pipeline } = view;
  switch (status.kind) {
    case 'running': return '';
    case 'succeeded': return `${pipeline} succeeded: ${view.service} ${view.version} is in place.`;
    case 'failed': return `${pipeline} failed: ${status.error}. ${status.reason}`;
    case 'superseded': return `${pipeline} was superseded by ${status.by}.`;
    case 'cancelled': break;
  }
  return `${pipeline} was cancelled by ${status.by}${status.why === '' ? '' : `: ${status.why}`}.`;
}
