/** A verdict's evidence in lines: what was compared, the rates with their intervals, and how the evidence grew. */
import { eValue, percent } from '../../domain/judge/wording.ts';
import type { Arm, Verdict } from '../answers/evidence.ts';
import { table } from './cells.ts';
import { count, span } from './time.ts';

type Evidence = Verdict['evidence'];
type Metric = Evidence['metrics'][number];
type Rate = Metric['candidate'];

export function evidenceLines({ evidence }: Pick<Verdict, 'evidence'>): string[] {
  return [
    `candidate  ${armText(evidence.candidate)}`,
    ...(evidence.stable === null ? [] : [`stable     ${armText(evidence.stable)}${evidence.stableFrom === 'this hold' || evidence.stableFrom === null ? '' : `, from ${evidence.stableFrom}`}`]),
    ...table(shown(evidence.metrics).map((metric) => [nameOf(metric), rateText(metric.candidate), metric.stable === null ? 'not compared now' : rateText(metric.stable), weighed(metric)])),
    `evidence   ${eValue(evidence.logE)} to 1 that the candidate is worse; ${eValue(evidence.boundary)} to 1 aborts${curve(evidence)}`,
    ...timesOf(evidence),
  ];
}

/** Metrics in which nothing bad was seen say nothing in a line of their own, except the first. */
const shown = (metrics: readonly Metric[]): Metric[] => metrics.filter((metric, index) => index === 0 || metric.candidate.bad + (metric.stable?.bad ?? 0) > 0);

function nameOf({ name, over }: Metric): string {
  const unit = name.startsWith('latency.') ? ' ms' : '';
  return over === null ? name : `${name}, over ${over.candidate}${over.stable === over.candidate ? '' : ` against ${over.stable}`}${unit}`;
}

const rateText = ({ bad, total, rate, low, high }: Rate): string => (rate === null ? 'nothing' : `${bad} of ${total}: ${percent(rate)} (${percent(low)} to ${percent(high)})`);

function weighed({ muted, logE, needed, goodEnough, dispersion }: Metric): string {
  return [muted ? 'muted' : `${eValue(logE)} to 1`, ...(dispersion > 1 ? [`in bursts of ${Math.round(dispersion)}`] : []), ...(needed ? [goodEnough ? 'good enough' : 'not known to be good'] : [])].join(', ');
}

function timesOf({ decidedAt, secondsToAbort, ticks }: Evidence): string[] {
  const lost = ticks.withoutData + ticks.reset;
  const parts = [
    ...(decidedAt.abort === null ? [] : [`enough to abort after ${span(decidedAt.abort)}`]),
    ...(decidedAt.goodEnough === null ? [] : [`good enough after ${span(decidedAt.goodEnough)}`]),
    ...(secondsToAbort === null ? [] : [`at this pace enough to abort in ${span(secondsToAbort)}`]),
    ...(lost === 0 ? [] : [`${count(lost, 'look')} of ${lost + ticks.used} could not be used`]),
  ];
  return parts.length === 0 ? [] : [`           ${parts.join('; ')}`];
}

const BARS = '▁▂▃▄▅▆▇█';
const CURVE_CELLS = 30;

/** ln E over time, from its least to what aborts. */
function curve({ points, boundary }: Evidence): string {
  if (points.length < 3) return '';
  const every = Math.ceil(points.length / CURVE_CELLS);
  const values = points.filter((_point, index) => (points.length - 1 - index) % every === 0).map(([, logE]) => logE);
  const least = Math.min(0, ...values);
  const bar = (value: number): string => BARS[Math.min(BARS.length - 1, Math.max(0, Math.floor(((value - least) / (boundary - least)) * (BARS.length - 1))))] ?? '';
  return `  ${values.map(bar).join('')}`;
}

function armText({ requests, failures, failureRate, p50Ms, p90Ms, p99Ms }: Arm): string {
  const latency = [['p50', p50Ms], ['p90', p90Ms], ['p99', p99Ms]].flatMap(([name, value]) => (typeof value === 'number' ? [`${String(name)} ${Math.round(value)} ms`] : []));
  return [count(requests, 'request'), `${failures} failed${failureRate === null ? '' : ` (${percent(failureRate)})`}`, ...latency].join(', ');
}
