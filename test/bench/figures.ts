/** Numbers of repeated runs, and the rows that the table is made of. */

/** The value under which `share` (0 to 1) of the numbers lie: the nearest rank, never one that was not measured. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (numbers: readonly number[]): number => percentile(numbers, 0.5);

/** `12.3 (11.8-14.0)`: a figure and the least and greatest of what it is made of. */
export const withSpread = (figure: number, numbers: readonly number[], unit: string): string =>
  `${short(figure)} (${short(Math.min(...numbers))}-${short(Math.max(...numbers))}) ${unit}`;

export const short = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2));

export interface Row {
  readonly what: string;
  readonly ours: string;
  /** What it is measured against in the same run; a fixed bound has none. */
  readonly peer: string;
  /** Ours by the peer's, or the figure itself where the goal is a bound. NaN where nothing was measured. */
  readonly figure: number;
  readonly goal: { readonly kind: 'at most' | 'at least'; readonly value: number; readonly unit: string } | null;
  readonly runs: string;
  /** A time: what else the machine does moves it. */
  readonly timed?: true;
}

/** Failing to measure is never a pass. */
export function judged({ goal, figure }: Row): 'ok' | 'MISSED' | 'not measured' | '' {
  if (Number.isNaN(figure)) return 'not measured';
  if (goal === null) return '';
  return (goal.kind === 'at most' ? figure <= goal.value : figure >= goal.value) ? 'ok' : 'MISSED';
}

const COLUMNS = ['measured', 'ours', 'peer', 'figure', 'goal', '', 'runs'] as const;

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what, row.ours, row.peer, row.goal === null && row.peer === '' ? '' : short(row.figure),
    row.goal === null ? '(for information)' : `${row.goal.kind} ${row.goal.value}${row.goal.unit}`, judged(row), row.runs,
  ]);
  const widths = COLUMNS.map((name, column) => Math.max(name.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (values: readonly string[]) => `| ${values.map((value, column) => value.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(COLUMNS), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

/** What a bench answers: its rows, the versions of its peers, and remarks that belong under the table. */
export interface Report {
  readonly rows: readonly Row[];
  readonly versions?: Readonly<Record<string, string>>;
  readonly remarks?: readonly string[];
}

export interface BenchOptions {
  /** One or two short runs: shows that the bench works, says nothing of speed. */
  readonly quick: boolean;
  /** The machine does other work too: what can be judged by processor time is, instead of by the clock. */
  readonly busy?: boolean;
  /** Where peers are installed, so that a second run finds them. */
  readonly peers: string;
  readonly say: (line: string) => void;
}

export type Bench = (options: BenchOptions) => Promise<Report>;
