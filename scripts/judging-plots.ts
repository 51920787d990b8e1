/**
 * Draws the plots of docs/judging.md from the traces of the bench: node --conditions=slipway-local scripts/judging-plots.ts
 * Seeded, so that the same judge draws the same pictures; run it again when the judge has changed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { counts, RULE } from '../test/bench/judge/judged.ts';
import { randomFrom } from '../test/bench/judge/random.ts';
import { failed, points, type Service, steady, trace } from '../test/bench/judge/traces.ts';
import { replay } from '../src/domain/judge/replay.ts';
import { sequentialJudge } from '../src/domain/judge/sequential/sequential-judge.ts';

const FOLDER = join(import.meta.dirname, '..', 'docs', 'judging');
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [740, 300, 92, 44, 16, 130];
const STEP_SECONDS = 5;

interface Line {
  readonly label: string;
  readonly color: string;
  readonly dash?: string;
  /** Seconds, and what stands on the vertical axis. */
  readonly points: readonly (readonly [number, number])[];
}
interface Axis {
  readonly least: number;
  readonly most: number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  readonly title: string;
}

const minutes = (seconds: number): Axis => ({ least: 0, most: seconds, title: 'minutes', ticks: Array.from({ length: 6 }, (_, index) => ({ at: (seconds * index) / 5, text: String((seconds * index) / 300) })) });

function plot(name: string, title: string, x: Axis, y: Axis, lines: readonly Line[]): void {
  const px = (value: number): string => (LEFT + ((value - x.least) / (x.most - x.least)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const py = (value: number): string => (HEIGHT - BOTTOM - ((Math.min(y.most, Math.max(y.least, value)) - y.least) / (y.most - y.least)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const text = (at: string, top: string, said: string, more = ''): string => `<text x="${at}" y="${top}" ${more}>${said}</text>`;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" font-family="sans-serif" font-size="12" fill="#555">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...y.ticks.flatMap(({ at, text: said }) => [`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(at)}" y2="${py(at)}" stroke="#e4e4e4"/>`, text(String(LEFT - 8), String(Number(py(at)) + 4), said, 'text-anchor="end"')]),
    ...x.ticks.map(({ at, text: said }) => text(px(at), String(HEIGHT - BOTTOM + 18), said, 'text-anchor="middle"')),
    text(String((LEFT + WIDTH - RIGHT) / 2), String(HEIGHT - 8), x.title, 'text-anchor="middle"'),
    text('14', String((HEIGHT - BOTTOM + TOP) / 2), y.title, `text-anchor="middle" transform="rotate(-90 14 ${(HEIGHT - BOTTOM + TOP) / 2})"`),
    ...lines.flatMap(({ points: all, color, dash, label }) => {
      const last = all.at(-1) ?? [0, 0];
      return [`<polyline fill="none" stroke="${color}" stroke-width="2"${dash === undefined ? '' : ` stroke-dasharray="${dash}"`} points="${all.map(([at, value]) => `${px(at)},${py(value)}`).join(' ')}"/>`, text(String(Number(px(last[0])) + 6), String(Number(py(last[1])) - 6), label, `fill="${color}"`)];
    }),
    '</svg>',
  ];
  writeFileSync(join(FOLDER, `${name}.svg`), `${svg.join('\n')}\n`);
}

/** Seeds of the plot of worse candidates were chosen near the median time of each (docs/judging.md has the tables). log10 of the e-value over time, until it aborts. */
function evidence(service: Service, seconds: number, seed: number): readonly (readonly [number, number])[] {
  let at = 0;
  const ticks = [...points(trace(service, seconds, randomFrom(seed)), STEP_SECONDS)].map((second) => ({ at: (at += STEP_SECONDS), candidate: counts(second.candidate), stable: counts(second.stable) }));
  const all = [[0, 0] as const, ...[...replay(sequentialJudge, ticks, RULE, 86_400)].map(({ at: second, verdict }) => [second, verdict.evidence.logE / Math.LN10] as const)];
  // No more points than pixels, and always the last one.
  const every = Math.ceil(all.length / 180);
  return all.filter((_point, index) => index % every === 0 || index === all.length - 1);
}

const ratios: Axis = { least: -1.5, most: 3, title: 'evidence that it is worse', ticks: [{ at: -1, text: '0.1 to 1' }, { at: 0, text: '1 to 1' }, { at: 1, text: '10 to 1' }, { at: 2, text: '100 to 1' }, { at: 3, text: '1000 to 1' }] };
const boundary = (seconds: number): Line => ({ label: 'aborts', color: '#b00020', dash: '5 4', points: [[0, 2], [seconds, 2]] });
const TEN_MINUTES = 600;

mkdirSync(FOLDER, { recursive: true });
plot('worse', 'The evidence against candidates that fail 3, 5 and 50 times as often', minutes(TEN_MINUTES), ratios, [
  boundary(TEN_MINUTES),
  { label: '50 times', color: '#7b1fa2', points: evidence({ ...steady, failsTimes: () => 50 }, TEN_MINUTES, 3) },
  { label: '5 times', color: '#e65100', points: evidence({ ...steady, failsTimes: () => 5 }, TEN_MINUTES, 5) },
  { label: '3 times', color: '#00695c', points: evidence({ ...steady, failsTimes: () => 3 }, TEN_MINUTES, 20) },
]);
const HOUR = 3600;
plot('same', 'The evidence against ten candidates that are the same as the stable revision', minutes(HOUR), ratios, [
  boundary(HOUR), ...Array.from({ length: 10 }, (_, index): Line => ({ label: '', color: '#1565c0', points: evidence(steady, HOUR, 100 + index) })),
]);
plot('incident', 'An incident on both arms for ten minutes: failures, and the evidence', minutes(HOUR), ratios, [
  boundary(HOUR), { label: 'evidence', color: '#1565c0', points: evidence({ ...steady, incident: { from: 1200, to: 1800, failureRate: 0.05 } }, HOUR, 21) },
]);

/** What is lost by looking often at a test that is made for one look: the share of good releases that a 1 % test has stopped by then. */
function peeking(): readonly (readonly [number, number])[] {
  const runs = Array.from({ length: 300 }, (_, run) => {
    const sums = { candidate: 0, stable: 0, onCandidate: 0, onStable: 0 };
    let at = 0;
    for (const second of points(trace({ ...steady, failureRate: 0.01 }, HOUR, randomFrom(500 + run)), 30)) {
      at += 30;
      sums.candidate += failed(second.candidate);
      sums.stable += failed(second.stable);
      sums.onCandidate += second.candidate.requests;
      sums.onStable += second.stable.requests;
      const rate = (sums.candidate + sums.stable) / (sums.onCandidate + sums.onStable);
      const z = (sums.candidate / sums.onCandidate - sums.stable / sums.onStable) / Math.sqrt(rate * (1 - rate) * (1 / sums.onCandidate + 1 / sums.onStable));
      if (z > 2.326) return at;
    }
    return Infinity;
  });
  return Array.from({ length: 121 }, (_, index) => [index * 30, (100 * runs.filter((at) => at <= index * 30).length) / runs.length] as const);
}
plot('peeking', 'Good releases stopped by a test of 1 % that is looked at every 30 seconds', minutes(HOUR), { least: 0, most: 20, title: 'good releases stopped, %', ticks: [0, 5, 10, 15, 20].map((at) => ({ at, text: `${at} %` })) }, [
  { label: 'what 1 % means', color: '#b00020', dash: '5 4', points: [[0, 1], [HOUR, 1]] }, { label: 'looked at often', color: '#e65100', points: peeking() },
]);
