/** Charts of block characters: they change in place with their message, need no scope for files, and are read on a phone. */

const CELLS = 10;
const LEVELS = '▁▂▃▄▅▆▇█';
const CURVE_CELLS = 20;

/** 30 % -> `███░░░░░░░`. What is not nothing has a cell, what is not all lacks one. */
export function bar(percent: number): string {
  const filled = percent <= 0 ? 0 : percent >= 100 ? CELLS : Math.min(CELLS - 1, Math.max(1, Math.round((percent / 100) * CELLS)));
  return '█'.repeat(filled) + '░'.repeat(CELLS - filled);
}

export interface TrafficRow {
  readonly name: string;
  /** Whole percents. */
  readonly weight: number;
  readonly healthy: number;
  readonly instances: number;
}

/** Who has which share, and how many instances are well; at most 36 characters wide. */
export function trafficChart(rows: readonly TrafficRow[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, weight, healthy, instances }) => `${name.padEnd(width)} ${bar(weight)} ${String(weight).padStart(3)} % ${healthy}/${instances} up`).join('\n');
}

/** ln of an e-value over time, from its least to what aborts; nothing for fewer than three looks. */
export function curve(points: readonly (readonly [seconds: number, logE: number])[], boundary: number): string {
  if (points.length < 3) return '';
  const every = Math.ceil(points.length / CURVE_CELLS);
  const values = points.filter((_point, index) => (points.length - 1 - index) % every === 0).map(([, logE]) => logE);
  const least = Math.min(0, ...values);
  return values.map((value) => LEVELS[Math.min(LEVELS.length - 1, Math.max(0, Math.floor(((value - least) / (boundary - least)) * (LEVELS.length - 1))))] ?? '').join('');
}
