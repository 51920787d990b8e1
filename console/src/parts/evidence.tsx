/** What the judge said at its last look, and what it said it from: the e-value against its threshold, rates with their intervals. */
import type { AnswerOf } from '../api/operations.ts';
import { count, LOG_MANY, odds, percent } from '../text/numbers.ts';
import { Icon, Status, type Tone } from './icon.tsx';
import { Plot } from './plot.tsx';

type Verdict = NonNullable<AnswerOf<'readPipeline'>['deployments'][number]['deployment']['holds'][number]['verdict']>;
type Evidence = Verdict['evidence'];
type Metric = Evidence['metrics'][number];
type Rate = Metric['candidate'];

const TONES = { continue: 'busy', promote: 'good', abort: 'bad', inconclusive: 'warn' } as const satisfies Record<Verdict['kind'], Tone>;

export function EvidenceShown({ title, verdict }: { readonly title: string; readonly verdict: Verdict }) {
  const { evidence } = verdict;
  return (
    <section class="evidence" aria-label={title}>
      <h3>{title}</h3>
      <p><Status tone={TONES[verdict.kind]}>{verdict.kind}:</Status> <span>{verdict.reason}</span></p>
      <Growth evidence={evidence} />
      <Rates metrics={evidence.metrics} />
      <p class="hint">{latency('candidate', evidence.candidate)}{evidence.stable === null ? '' : `; ${latency('stable', evidence.stable)}`}. Judge: {evidence.judge}; stops at most {percent(evidence.thresholds.alpha)} of good releases.</p>
    </section>
  );
}

const latency = (name: string, { requests, p50Ms, p99Ms }: Evidence['candidate']): string => `${name} ${count(requests)} requests${p50Ms === null || p99Ms === null ? '' : `, p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms`}`;

/** On a logarithmic scale: equal steps multiply. */
function Growth({ evidence: { points, logE, boundary } }: { readonly evidence: Evidence }) {
  if (points.length < 2) return null;
  // What is more than a million is drawn as a million: else the line that stops it would lie on the ground.
  const values = points.map(([, value]) => Math.min(value, LOG_MANY) / Math.LN10);
  const threshold = boundary / Math.LN10;
  const least = Math.min(-1, ...values);
  return (
    <Plot
      title="Evidence that it is worse" summary={`It is ${odds(logE)} to 1 now, and ${odds(boundary)} to 1 stops the release.`} isClock={false} seconds={points.map(([seconds]) => seconds)} height={130} range={[least, Math.max(threshold, ...values) * 1.08]}
      valueText={(value) => odds(value * Math.LN10)} curves={[{ name: 'evidence, to 1', values, look: 'accent' }, { name: 'stops at', values: points.map(() => threshold), look: 'bad', dashed: true }]}
    />
  );
}

function Rates({ metrics }: { readonly metrics: readonly Metric[] }) {
  const shown = metrics.filter(({ candidate, stable }, index) => index === 0 || candidate.bad + (stable?.bad ?? 0) > 0);
  const most = Math.max(0.001, ...shown.flatMap(({ candidate, stable }) => [candidate.high, stable?.high ?? 0]));
  return (
    <table class="rates">
      <caption class="sr">Rates with their 95 % intervals</caption>
      <thead><tr><th scope="col">Metric</th><th scope="col">Revision</th><th scope="col">Rate</th><th scope="col" class="interval">95 % interval, 0 to {percent(most)}</th><th scope="col">Evidence</th></tr></thead>
      <tbody>{shown.map((metric) => <MetricRows key={metric.name} metric={metric} most={most} />)}</tbody>
    </table>
  );
}

function MetricRows({ metric, most }: { readonly metric: Metric; readonly most: number }) {
  const { name, over, candidate, stable, muted, logE, needed, goodEnough } = metric;
  const verdict = muted ? 'muted' : `${odds(logE)} to 1${needed ? (goodEnough ? ', good enough' : ', not known to be good') : ''}`;
  return (
    <>
      <tr><th scope="rowgroup" rowSpan={stable === null ? 1 : 2}>{name}{over === null ? '' : ` over ${over.candidate}`}</th><td>candidate</td><td>{rate(candidate)}</td><td><Interval rate={candidate} most={most} look="candidate" /></td><td rowSpan={stable === null ? 1 : 2}>{!muted && logE > 2 ? <><Icon tone="warn" /> </> : null}{verdict}</td></tr>
      {stable === null ? null : <tr><td>stable</td><td>{rate(stable)}</td><td><Interval rate={stable} most={most} look="stable" /></td></tr>}
    </>
  );
}

const rate = ({ bad, total, rate: share }: Rate): string => (share === null ? 'nothing yet' : `${percent(share)} (${count(bad)} of ${count(total)})`);

const WIDTH = 200;
function Interval({ rate: { low, high, rate: share }, most, look }: { readonly rate: Rate; readonly most: number; readonly look: 'candidate' | 'stable' }) {
  const at = (value: number) => Math.min(WIDTH, (value / most) * WIDTH);
  return (
    <svg class={`range ${look}`} viewBox={`-4 0 ${WIDTH + 8} 14`} preserveAspectRatio="none" height="14" role="img" aria-label={`${percent(low)} to ${percent(high)}`}>
      <line class="axis" x1="0" x2={WIDTH} y1="7" y2="7" /><line class="span" x1={at(low)} x2={Math.max(at(high), at(low) + 1)} y1="7" y2="7" />{share === null ? null : <line class="at" x1={at(share)} x2={at(share)} y1="1.5" y2="12.5" />}
    </svg>
  );
}
