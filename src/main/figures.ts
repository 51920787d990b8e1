/** The figures of the control plane's own work: one list for CloudWatch on AWS and for `GET /metrics` on one machine. */

/** `unit` as CloudWatch calls it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
interface Described {
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds';
  /** Few values each: on AWS every combination is a metric that is paid for, so never a name of a service or environment. */
  readonly dimensions: readonly string[];
  /** In Prometheus: counted, or measured in seconds. Null: `GET /metrics` has a finer one of its own. */
  readonly local: { readonly name: `slipway_${string}`; readonly type: 'counter' | 'histogram' } | null;
  /** False: CloudWatch has it from the platform, or there is no such thing. */
  readonly aws: boolean;
}

const counted = (name: `slipway_${string}`) => ({ name, type: 'counter' }) as const;
const timed = (name: `slipway_${string}`) => ({ name, type: 'histogram' }) as const;

export const FIGURES = {
  RequestMs: { unit: 'Milliseconds', dimensions: ['operation', 'status'], local: null, aws: true },
  Failure: { unit: 'Count', dimensions: ['error'], local: counted('slipway_failures_total'), aws: true },
  PipelinesEnded: { unit: 'Count', dimensions: ['outcome'], local: counted('slipway_pipelines_ended_total'), aws: true },
  StageSeconds: { unit: 'Seconds', dimensions: ['stage', 'outcome'], local: timed('slipway_stage_seconds'), aws: false },
  RelayLagSeconds: { unit: 'Seconds', dimensions: ['subscriber'], local: timed('slipway_relay_lag_seconds'), aws: true },
  RelayRefusals: { unit: 'Count', dimensions: ['subscriber'], local: counted('slipway_relay_refusals_total'), aws: true },
  Notices: { unit: 'Count', dimensions: ['outcome'], local: counted('slipway_notices_total'), aws: true },
  TargetCallMs: { unit: 'Milliseconds', dimensions: ['target', 'verb', 'outcome'], local: timed('slipway_target_call_seconds'), aws: true },
  TraceSpans: { unit: 'Count', dimensions: ['outcome'], local: counted('slipway_trace_spans_total'), aws: false },
  Deliveries: { unit: 'Count', dimensions: ['host', 'outcome'], local: counted('slipway_deliveries_total'), aws: true },
} as const satisfies Record<string, Described>;

export type FigureName = keyof typeof FIGURES;

/** One figure, with each of its dimensions. */
export type Figure = { readonly [N in FigureName]: { readonly name: N; readonly value: number } & { readonly [D in (typeof FIGURES)[N]['dimensions'][number]]: string } }[FigureName];

/** The figures of `GET /metrics`, with what they are called there. */
export const LOCAL_FIGURES: readonly (readonly [FigureName, NonNullable<Described['local']>])[] = (Object.entries(FIGURES) as [FigureName, Described][]).flatMap(([name, { local }]) => (local === null ? [] : [[name, local] as const]));
