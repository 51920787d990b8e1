/** The judge on faults of other kinds: how many of the same releases it aborts, and how many of the worse ones it finds, and when. */
import { median } from '../../figures.ts';
import { judged } from '../judged.ts';
import { randomFrom } from '../random.ts';
import { BLIPS, CLUSTERS, INCIDENTS, ORDINARY, SLOW_ALIKE, type Wide } from './same.ts';
import { WORSE_FAILURES, WORSE_LATENCY } from './worse.ts';

type Table = (head: readonly string[], rows: readonly (readonly string[])[]) => void;
const percent = (part: number): string => `${(100 * part).toFixed(part > 0 && part < 0.1 ? 1 : 0)} %`;

const runsOf = ({ make, tickSeconds, seconds }: Wide, runs: number, seed: number): { readonly at: number; readonly bad: number }[] =>
  Array.from({ length: runs }, (_, run) => judged(make(randomFrom(seed * 7919 + run * 104_729), seconds), tickSeconds));

export function runWide(runs: number, seed: number, table: Table): void {
  console.log('\nThe same release on both arms: aborted, which is false, in all and in the first ten minutes');
  const same = [...CLUSTERS, ...INCIDENTS, ...BLIPS, ...ORDINARY, ...SLOW_ALIKE].map((wide) => {
    const found = runsOf(wide, runs, seed);
    const part = (until: number): string => percent(found.filter(({ at }) => at < until).length / runs);
    return [wide.name, `${wide.tickSeconds} s`, part(Infinity), part(600)];
  });
  table(['what happens', 'looks', 'aborted', 'by 10 min'], same);
  console.log('\nWorse releases: found, median time, median bad requests until then');
  const worse = [...WORSE_FAILURES, ...WORSE_LATENCY].map((wide) => {
    const found = runsOf(wide, Math.ceil(runs / 4), seed);
    return [wide.name, percent(found.filter(({ at }) => at < Infinity).length / found.length), String(median(found.map(({ at }) => at))), String(median(found.map(({ bad }) => bad)))];
  });
  table(['what is worse', 'found', 'median', 'bad'], worse);
}
