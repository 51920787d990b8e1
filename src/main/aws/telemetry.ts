/** The log and the metrics of the packaged functions. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { FIGURES } from '../figures.ts';
import type { Telemetry } from '../platform.ts';
import { subject } from '../subject.ts';

const logger = new Logger({ serviceName: 'slipway' });
const metrics = new Metrics({ namespace: 'Slipway', serviceName: 'slipway' });

export const telemetry: Telemetry = {
  log: (level, message, details) => logger[level](message, { ...subject(), ...details }),
  /** One line in the log, which CloudWatch reads as a metric: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
  measure: ({ name, value, ...dimensions }) => {
    if (!FIGURES[name].aws) return;
    const one = metrics.singleMetric();
    one.addDimensions(dimensions);
    one.addMetric(name, MetricUnit[FIGURES[name].unit], value);
  },
};
