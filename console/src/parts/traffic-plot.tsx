/** How traffic was shared over time, as each change of desired state set it. */
import { useAnswer } from '../api/query.ts';
import { Plot } from './plot.tsx';

interface Given {
  readonly service: string;
  readonly environment: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Null: until now. */
  readonly until: number | null;
  /** What revisions are called here. */
  readonly names: Readonly<Record<string, string>>;
  readonly candidate: string;
}

/** A little before and after, so that the first and the last step are seen. */
const MARGIN = 0.03;

export function TrafficPlot({ service, environment, since, until, names, candidate }: Given) {
  const seen = useAnswer('readWeights', { params: { service, environment }, query: { since: String(since), ...(until === null ? {} : { until: String(until) }) } }, (change) => until === null && change.what === 'desired' && change.service === service && change.environment === environment);
  const points = seen.value;
  const last = points?.at(-1);
  if (points === undefined || last === undefined) return null;
  const end = until ?? Math.max(Date.now(), last.at);
  const margin = Math.max((end - since) * MARGIN, 200);
  const times = [since - margin, ...points.map(({ at }) => Math.max(at, since)), end + margin];
  const weightsAt = [points[0]?.at !== undefined && points[0].at <= since ? points[0].weights : {}, ...points.map(({ weights }) => weights), last.weights];
  const revisions = [...new Set(weightsAt.flatMap((weights) => Object.keys(weights)))].sort((one, other) => Number(other === candidate) - Number(one === candidate));
  if (revisions.length === 0) return null;
  const share = (weights: Readonly<Record<string, number>>, revision: string): number => weights[revision] ?? 0;
  const summary = revisions.filter((revision) => share(last.weights, revision) > 0).map((revision) => `${names[revision] ?? revision} ${share(last.weights, revision)} %`).join(', ');
  return (
    <Plot
      title="Traffic" summary={`${until === null ? 'Now' : 'At the end'}: ${summary === '' ? 'no traffic' : summary}.`} isClock seconds={times.map((time) => time / 1000)} range={[0, 104]} height={120} valueText={(value) => `${Math.round(value)} %`}
      curves={revisions.map((revision) => ({ name: names[revision] ?? revision, values: weightsAt.map((weights) => share(weights, revision)), look: revision === candidate ? 'accent' : 'soft', stepped: true }))}
    />
  );
}
