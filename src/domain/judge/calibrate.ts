/**
 * A/A: does the promise hold for this service? Its own counts are given to both arms, many times over, and every abort is false.
 * Ticks are drawn in runs of neighbours, so that what comes together in time stays together. Bad events are dealt to the arms in
 * clusters, as large as the counts say that they are: dealt one by one they would be independent, which is what is to be tested.
 */
import type { JudgeRule } from '../manifest.ts';
import { highestRate, lowestRate } from './chance.ts';
import { type ArmCounts, failuresOf } from './counts.ts';
import type { Judge } from './judge.ts';
import { binomial, type Random } from './random.ts';
import { type RecordedTick, replay } from './replay.ts';

/** Ticks that are drawn together. */
const NEIGHBOURS = 10;
const CONFIDENCE = 0.05;

/** Looks of all runs together, where nobody says how many or how long: about half a minute. */
const LOOKS_OF_ALL = 500_000;
/** Enough to say something of an alpha of 1 %. */
const RUNS = { least: 100, most: 1000 } as const;

export interface CalibrationInput {
  /** Of one release: its own counts, tick by tick. */
  readonly ticks: readonly { readonly seconds: number; readonly counts: ArmCounts }[];
  readonly rule: JudgeRule;
  /** The candidate's part of the requests, 0 to 1. */
  readonly share: number;
  readonly runs: number;
  /** How many ticks are drawn for each run. */
  readonly looks: number;
}

export interface Calibration {
  readonly runs: number;
  readonly aborted: number;
  /** The 95 % interval of the chance of a false abort. */
  readonly low: number;
  readonly high: number;
  readonly alpha: number;
  /** How many failures come together, by the variance of their counts by the mean. */
  readonly clusters: number;
  readonly requests: number;
  readonly failures: number;
  /** Of all ticks, and how many of them and how long one run is. */
  readonly seconds: number;
  readonly looks: number;
  readonly holdSeconds: number;
  /** False: so many false aborts are hardly chance. Null: too few runs or counts to say. */
  readonly holds: boolean | null;
}

/** How many runs of so many looks are made when nobody says: fewer of long ones, and enough to say something of an alpha of 1 %. */
export const runsOf = (looks: number): number => Math.min(RUNS.most, Math.max(RUNS.least, Math.floor(LOOKS_OF_ALL / Math.max(1, looks))));

/** How many ticks a run of so many seconds has; null: as many as there are, but not so many that the least runs take minutes. */
export const looksOf = (ticks: CalibrationInput['ticks'], holdSeconds: number | null): number =>
  (holdSeconds === null ? Math.min(ticks.length, LOOKS_OF_ALL / RUNS.least) : Math.max(1, Math.round((holdSeconds * ticks.length) / secondsOf(ticks))));

const secondsOf = (ticks: CalibrationInput['ticks']): number => ticks.reduce((sum, { seconds }) => sum + seconds, 0);

/** What is known after each run; the last one is the answer. */
export function* calibration(judge: Judge, { ticks, rule, share, runs, looks }: CalibrationInput, random: Random): Generator<Calibration, void> {
  const clusters = clusterSize(ticks.map(({ counts }) => counts));
  const seconds = secondsOf(ticks);
  const holdSeconds = looks === ticks.length ? seconds : (seconds * looks) / Math.max(1, ticks.length);
  const requests = ticks.reduce((sum, { counts }) => sum + counts.requests, 0);
  const failures = ticks.reduce((sum, { counts }) => sum + failuresOf(counts), 0);
  const ofOneRun = (requests * share * looks) / Math.max(1, ticks.length);
  let aborted = 0;
  for (let run = 1; run <= runs; run += 1) {
    for (const { verdict } of replay(judge, dealt(ticks, looks, share, clusters, random), rule, holdSeconds + 1)) if (verdict.kind === 'abort') aborted += 1;
    const [low, high] = [lowestRate(aborted, run, CONFIDENCE / 2), highestRate(aborted, run, CONFIDENCE / 2)];
    const enough = run * rule.alpha >= 1 && ofOneRun >= rule.minimumRequests;
    yield { runs: run, aborted, low, high, alpha: rule.alpha, clusters, requests, failures, seconds, looks, holdSeconds, holds: low > rule.alpha ? false : enough ? true : null };
  }
}

/** The variance of bad counts by their mean, by successive differences; at least 1. */
export function clusterSize(counts: readonly ArmCounts[]): number {
  const asked = counts.filter(({ requests }) => requests > 0);
  let [squares, rates] = [0, 0];
  for (const [index, after] of asked.entries()) {
    const before = asked[index - 1];
    if (before === undefined) continue;
    squares += (failuresOf(before) / before.requests - failuresOf(after) / after.requests) ** 2 / (1 / before.requests + 1 / after.requests);
    rates += (failuresOf(before) + failuresOf(after)) / (before.requests + after.requests);
  }
  return rates === 0 ? 1 : Math.max(1, squares / rates);
}

function* dealt(ticks: CalibrationInput['ticks'], looks: number, share: number, clusters: number, random: Random): Generator<RecordedTick> {
  let at = 0;
  for (let drawn = 0; drawn < looks;) {
    const first = Math.floor(random() * ticks.length);
    for (let step = 0; step < NEIGHBOURS && drawn < looks; step += 1, drawn += 1) {
      const tick = ticks[(first + step) % ticks.length];
      if (tick === undefined) return;
      at += tick.seconds;
      yield { at, ...deal(tick.counts, share, Math.round(clusters), random) };
    }
  }
}

function deal(counts: ArmCounts, share: number, size: number, random: Random): { readonly candidate: ArmCounts; readonly stable: ArmCounts } {
  const inClusters = (count: number): number => Math.min(count, size * binomial(random, Math.floor(count / size), share) + binomial(random, count % size, share));
  const failures = Object.fromEntries(Object.entries(counts.failures).map(([name, count]): [string, number] => [name, inClusters(count)]));
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const one = (count: number): number => binomial(random, count, share);
  const buckets = (all: readonly number[]): number[] => all.map(one);
  const candidate: ArmCounts = {
    requests: failed + one(counts.requests - failuresOf(counts)), failures, latencyBuckets: buckets(counts.latencyBuckets), boundsMs: counts.boundsMs,
    ...(counts.events === undefined ? {} : { events: record(counts.events, ({ total, bad }) => { const own = inClusters(bad); return { total: own + one(total - bad), bad: own }; }) }),
    ...(counts.histograms === undefined ? {} : { histograms: record(counts.histograms, ({ buckets: all, bounds }) => ({ buckets: buckets(all), bounds })) }),
  };
  return { candidate, stable: rest(counts, candidate) };
}

function rest(all: ArmCounts, part: ArmCounts): ArmCounts {
  return {
    requests: all.requests - part.requests,
    failures: record(all.failures, (count, name) => count - (part.failures[name] ?? 0)),
    latencyBuckets: all.latencyBuckets.map((count, index) => count - (part.latencyBuckets[index] ?? 0)),
    boundsMs: all.boundsMs,
    ...(all.events === undefined ? {} : { events: record(all.events, ({ total, bad }, name) => ({ total: total - (part.events?.[name]?.total ?? 0), bad: bad - (part.events?.[name]?.bad ?? 0) })) }),
    ...(all.histograms === undefined ? {} : { histograms: record(all.histograms, ({ buckets, bounds }, name) => ({ buckets: buckets.map((count, index) => count - (part.histograms?.[name]?.buckets[index] ?? 0)), bounds })) }),
  };
}

const record = <A, B>(from: Readonly<Record<string, A>>, of: (value: A, name: string) => B): Record<string, B> => Object.fromEntries(Object.entries(from).map(([name, value]) => [name, of(value, name)]));
