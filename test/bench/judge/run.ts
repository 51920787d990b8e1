/**
 * npm run bench:judge [-- --seed N] [-- --runs N] [-- --seeded] [-- --wide]: the judge and other rules on the same seeded traces. Exit 0 only when every goal is
 * reached. The same seed gives the same table on every machine; the times at its end are measured, and left out
 * with --seeded, which is what CI runs. --wide runs faults of other kinds instead (wide/), which takes minutes and has no goals: it says how far the judge carries.
 */
import { parseArgs } from 'node:util';
import { counts, judged, badUntil, RULE } from './judged.ts';
import { sequentialJudge } from '../../../src/domain/judge/sequential/sequential-judge.ts';
import { median } from '../figures.ts';
import { randomFrom } from './random.ts';
import { earliestPoints } from './earliest.ts';
import { keepResults } from '../../../scripts/suite-results.ts';
import { minutes, rankTest, type Rule, thresholdInARow, thresholdLimit } from './rules.ts';
import { SAME, SAME_LATENCY, type Scenario, SLOW, WALD, WORSE } from './scenarios.ts';
import { type Second, steady, trace } from './traces.ts';
import { type Bad, ends, isBad, ruleOf } from './promoted.ts';
import { runWide } from './wide/run.ts';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, runs: { type: 'string', default: '180' }, seeded: { type: 'boolean', default: false }, wide: { type: 'boolean', default: false } } });
const SEED = Number(values.seed);
const RUNS = Number(values.runs);
const HOUR = 3600;
const OTHERS = { 'rank test': rankTest, '99 %, limit 3': thresholdLimit, '99 %, 5 in a row': thresholdInARow } satisfies Record<string, Rule>;

const GOALS = { falseAborts: 0.01, found: 1, timeOfRank: 0.3, badOfRank: 0.25, wald: 1.6, pointsBehind: 3, tickMs: 1, dayMs: 1000 } as const;
const missed: string[] = [];
let reached = 0;
/** Failing to measure is never a pass. */
const goal = (what: string, figure: number, most: number): string => {
  const ok = figure <= most;
  if (ok) reached += 1;
  else missed.push(`${what}: ${figure.toFixed(3)}, and at most ${most} is the goal`);
  return ok ? 'ok' : 'MISSED';
};

interface Found {
  readonly at: number;
  readonly bad: number;
}
const share = (found: readonly Found[]): number => found.filter(({ at }) => at < Infinity).length / found.length;
const percent = (part: number): string => `${(100 * part).toFixed(part > 0 && part < 0.1 ? 2 : 0)} %`;
const seconds = (value: number): string => (value === Infinity ? 'never' : `${Math.round(value)} s`);
const cell = (found: readonly Found[]): string => `${percent(share(found))}, ${seconds(median(found.map(({ at }) => at)))}, ${median(found.map(({ bad }) => bad))}`;

/** Each scenario has its own seeds, so that a run of one says nothing of another. */
function runsOf(scenario: Scenario, length: number, of: (trace: readonly Second[]) => readonly Found[], runs = RUNS): Found[][] {
  const salt = Array.from(scenario.name).reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), SEED * 7919) >>> 0;
  const byRule: Found[][] = [];
  for (let run = 0; run < runs; run += 1) {
    const all = [...trace(scenario.service, length, randomFrom(salt + run * 104_729))];
    for (const [index, found] of of(all).entries()) (byRule[index] ??= []).push(found);
  }
  return byRule;
}

/** When each of the other rules aborts where its points come at once. */
const othersOf = (all: readonly Second[]): readonly number[] => {
  const points = minutes(all);
  return Object.values(OTHERS).map((rule) => rule(points));
};

function allRules(all: readonly Second[], others: readonly number[], tickSeconds: number, lateSeconds: number): Found[] {
  return [judged(all, tickSeconds, lateSeconds).at, ...others.map((at) => at + lateSeconds)].map((at) => ({ at, bad: badUntil(all, at) }));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((value, column) => value.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  console.log([line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'));
}

interface View {
  readonly title: string;
  readonly sameSeconds: number;
  readonly worseSeconds: number;
  readonly lateSeconds: number;
  /** Null: the goals of time and bad requests by the rank test's hold. Else points of so many seconds, held against the earliest that is possible. */
  readonly pointSeconds: number | null;
}
const VIEWS: readonly View[] = [
  { title: 'A look each second where it is worse, each 10 s where it is the same', sameSeconds: 10, worseSeconds: 1, lateSeconds: 0, pointSeconds: null },
  { title: 'Points of one minute that arrive two minutes late, for all rules, of the same traces', sameSeconds: 60, worseSeconds: 60, lateSeconds: 120, pointSeconds: 60 },
];
const RULES = 1 + Object.keys(OTHERS).length;

/** Both tables from the same traces. */
function compare(): void {
  const tables: string[][][] = VIEWS.map(() => []);
  const views = (scenario: Scenario, tick: (view: View) => number): Found[][][] => {
    const all = runsOf(scenario, HOUR, (seen) => {
      const others = othersOf(seen);
      return VIEWS.flatMap((view) => allRules(seen, others, tick(view), view.lateSeconds));
    });
    return VIEWS.map((_view, index) => all.slice(index * RULES, (index + 1) * RULES));
  };
  for (const scenario of SAME) {
    for (const [index, byRule] of views(scenario, ({ sameSeconds }) => sameSeconds).entries()) {
      tables[index]?.push([`same: ${scenario.name}`, ...byRule.map((found) => percent(share(found))), '', goal(`table ${index + 1}: ${scenario.name}, false aborts`, share(byRule[0] ?? []), GOALS.falseAborts)]);
    }
  }
  for (const scenario of WORSE) {
    for (const [index, byRule] of views(scenario, ({ worseSeconds }) => worseSeconds).entries()) tables[index]?.push(worseRow(`table ${index + 1}: ${scenario.name}`, scenario, byRule, VIEWS[index]!));
  }
  for (const [index, { title }] of VIEWS.entries()) {
    console.log(`\n${title}`);
    table(['scenario', 'this judge', ...Object.keys(OTHERS), 'by the rank test: time, bad; possible', ''], tables[index] ?? []);
  }
}

function worseRow(what: string, scenario: (typeof WORSE)[number], byRule: readonly Found[][], { pointSeconds, lateSeconds }: View): string[] {
  const [ours = [], rank = []] = byRule;
  const time = median(ours.map(({ at }) => at)) / median(rank.map(({ at }) => at));
  const bad = median(ours.map((found) => found.bad)) / median(rank.map((found) => found.bad));
  const { failureRate, failsTimes, requestsPerSecond, share: part } = scenario.service;
  const earliest = pointSeconds === null || !scenario.early ? null : pointSeconds * earliestPoints({ requestsAPoint: pointSeconds * requestsPerSecond * part(0), rate: failureRate, times: failsTimes(0), alpha: RULE.alpha }) + lateSeconds;
  const early = pointSeconds === null && scenario.early ? [goal(`${what}, time`, time, GOALS.timeOfRank), goal(`${what}, bad requests`, bad, GOALS.badOfRank)] : [];
  const late = earliest === null || pointSeconds === null ? [] : [goal(`${what}, points after the earliest possible`, (median(ours.map(({ at }) => at)) - earliest) / pointSeconds, GOALS.pointsBehind)];
  const verdicts = [goal(`${what}, not found`, 1 - share(ours), 1 - GOALS.found), ...early, ...late];
  return [`worse: ${scenario.name}`, ...byRule.map(cell), `${time.toFixed(2)}, ${bad.toFixed(2)}${earliest === null ? '' : `; ${earliest} s`}`, verdicts.every((verdict) => verdict === 'ok') ? 'ok' : 'MISSED'];
}

function latency(): void {
  console.log('\nLatency (median 40 ms, a look each 5 s, 15 minutes, warm-up of 30 s): aborted, median time');
  const rows = [SAME_LATENCY, ...SLOW].map((scenario, index) => {
    const [ours = []] = runsOf(scenario, 900, (all) => [{ ...judged(all, 5), bad: 0 }], Math.ceil(RUNS / (index === 0 ? 1.8 : 10)));
    return [scenario.name, percent(share(ours)), seconds(median(ours.map(({ at }) => at))), index === 0 ? goal('latency: the same', share(ours), GOALS.falseAborts) : goal(`latency: ${scenario.name}, not found`, 1 - share(ours), 1 - GOALS.found)];
  });
  table(['scenario', 'aborted', 'median', ''], rows);
}

/** Requests of the candidate to a decision, by those of a test that knows both rates beforehand (Wald 1947). */
function wald(): void {
  console.log("\nRequests to a decision, by Wald's limit for known rates");
  const rows = WALD.map(({ times, rate, tickSeconds }) => {
    const runs = times < 2 ? RUNS : Math.ceil(RUNS * 1.5);
    const asked = Array.from({ length: runs }, (_, run) => judged(trace({ ...steady, failureRate: rate, failsTimes: () => times }, 30 * HOUR, randomFrom(SEED * 15_485_863 + times * 1000 + run * 32_452_843)), tickSeconds).requests);
    const worse = rate * times;
    const limit = Math.log(1 / RULE.alpha) / (worse * Math.log(worse / rate) + (1 - worse) * Math.log((1 - worse) / (1 - rate)));
    const mean = asked.reduce((sum, one) => sum + one, 0) / runs;
    const error = Math.sqrt(asked.reduce((sum, one) => sum + (one - mean) ** 2, 0) / runs ** 2);
    return [`${times}x of 0.1 %`, limit.toFixed(0), `${mean.toFixed(0)} +- ${error.toFixed(0)}`, (mean / limit).toFixed(2), goal(`${times}x by Wald's limit`, mean / limit, GOALS.wald)];
  });
  table(['scenario', 'limit', 'mean and its error', 'ratio', ''], rows);
}

const PROMOTED: readonly Bad[] = [
  ...[5, 3, 2].map((times): Bad => ({ times, failureRate: 0.03, minimumRequests: 50, holdSeconds: null })),
  ...[5, 3, 2].map((times): Bad => ({ times, failureRate: 0.001, minimumRequests: 1000, holdSeconds: null })),
  ...[5, 3].map((times): Bad => ({ times, failureRate: 0.001, minimumRequests: 50, holdSeconds: 300 })),
];

/** What is bad as the rule says is promoted with a chance of at most beta, even where it is promoted as soon as it can be. */
function promoted(): void {
  console.log('\nBad releases: aborted, promoted. With promoteEarly until decided; 5 min: the default watch. In brackets: not bad by minimumRequests, no promise');
  const rows = PROMOTED.map((bad, index) => {
    const runs = RUNS * 2;
    const found = ends(bad, runs, SEED * 49_979_687 + index);
    const what = `${bad.times}x of ${percent(bad.failureRate)}, minimumRequests ${bad.minimumRequests}${bad.holdSeconds === null ? '' : ', 5 min'}`;
    const promise = isBad(bad);
    return [promise ? what : `(${what})`, percent(found.aborted / runs), percent(found.promoted / runs), promise ? goal(`promoted: ${what}`, found.promoted / runs, ruleOf(bad).beta) : ''];
  });
  table(['release', 'aborted', 'promoted', ''], rows);
}

function speed(): void {
  const day = [...trace({ ...steady, latency: { medianMs: 40, sigma: 0.5, candidateTimes: () => 1 } }, 600, randomFrom(SEED))].map((second) => ({ candidate: counts(second.candidate), stable: counts(second.stable) }));
  const rule = { ...RULE, metrics: { orders: { critical: false, muted: false } } };
  const own = { events: { orders: { total: 20, bad: 1 } } };
  let state = sequentialJudge.start({ comparing: true, baseline: null });
  // Time of this process on a core: a machine that does other work too does not make the judge slower.
  const start = process.cpuUsage();
  const TICKS = 8640;
  for (let tick = 0; tick < TICKS; tick += 1) {
    const second = day[tick % day.length]!;
    state = sequentialJudge.tick(state, { candidate: { ...second.candidate, ...own, failures: { ...second.candidate.failures, aborted: 0 } }, stable: { ...second.stable, ...own }, epochChanged: false, elapsedSeconds: 10 * (tick + 1), holdSeconds: 1e9, rule }).state;
  }
  const used = process.cpuUsage(start);
  const ms = (used.user + used.system) / 1000;
  const metrics = Object.keys(state.metrics).length;
  console.log(`\nA tick with ${metrics} metrics: ${((1e6 * ms) / TICKS).toFixed(0)} ns (${goal(`a tick with ${metrics} metrics, ms`, ms / TICKS, GOALS.tickMs)}). Replay of a day of ${TICKS} ticks, one each 10 s: ${ms.toFixed(0)} ms (${goal('replay of a day, ms', ms, GOALS.dayMs)}). The state is ${JSON.stringify(state).length} bytes.`);
  if (metrics < 10) missed.push(`only ${metrics} metrics were judged`);
}

const began = performance.now();
console.log(`Seed ${SEED}, ${RUNS} runs per scenario: 100 requests/s +- 30 % over the day, 10 % canary, 60 minutes, alpha ${RULE.alpha}, the defaults of a manifest.`);
console.log('Cells: same release: aborted, which is false. Worse: found, median seconds, median bad requests served until then.');
if (values.wide) runWide(RUNS, SEED, table);
else {
  compare();
  latency();
  wald();
  promoted();
}
if (!values.seeded && !values.wide) speed();
console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s, ${(process.cpuUsage().user / 1e6).toFixed(0)} s of one core. ${missed.length === 0 ? 'Every goal is reached.' : `Missed:\n${missed.map((one) => `- ${one}`).join('\n')}`}`);
console.log(`${reached} passed, ${missed.length} failed`);
keepResults({ passed: reached, failed: missed.length });
process.exitCode = missed.length === 0 ? 0 : 1;
