/** The log and the metrics of the packaged functions. */
import { Logger } from '@aws-lambda-powertools/logger';
import { FIGURES } from '../figures.ts';
import type { SpanSink, Telemetry } from '../platform.ts';
import { subject } from '../subject.ts';
import { xraySink } from './xray-sink.ts';

/** In every line, and beside the dimensions of each figure. */
const SERVICE = 'slipway';
const NAMESPACE = 'Slipway';
const logger = new Logger({ serviceName: SERVICE });
let sink: SpanSink | null | undefined;

export const telemetry: Telemetry = {
  log: (level, message, details) => logger[level](message, { ...subject(), ...details }),
  /** One line in the log, which CloudWatch reads as a metric: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
  measure: ({ name, value, ...dimensions }) => {
    if (!FIGURES[name].aws) return;
    const said = { service: SERVICE, ...dimensions, [name]: value };
    const about = { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [['service', ...Object.keys(dimensions)]], Metrics: [{ Name: name, Unit: FIGURES[name].unit }] }] };
    // Not by the console: Lambda puts a time and a request's id before what that says.
    process.stdout.write(`${JSON.stringify({ _aws: about, ...said })}\n`);
  },
  spans: () => (sink === undefined ? (sink = xraySink()) : sink),
};
