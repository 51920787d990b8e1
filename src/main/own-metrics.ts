/** Metrics of the control plane itself, in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { operationOf } from '../api/http-app.ts';
import { shards } from '../app/state/keys.ts';
import type { Ports } from '../ports/index.ts';
import { createFigureSeries } from './figure-series.ts';
import type { Figure } from './figures.ts';
import { createHistogram, family, histogramLines, type Histogram } from './prometheus-text.ts';

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5] as const;
/** As many items of a kind are counted; a greater number is given as this one. */
const COUNTED_MAX = 1000;

export interface OwnMetrics {
  /** One answered request. */
  requested(method: string, path: string, status: number, seconds: number): void;
  /** One figure of the handlers' work (figures.ts). */
  readonly measure: (figure: Figure) => void;
  happened(counter: 'events' | 'log_warnings' | 'log_errors'): void;
  text(): Promise<string>;
  close(): void;
}

export function createOwnMetrics(given: { readonly ports: () => Pick<Ports, 'store'>; readonly listeners: () => number; readonly heldBodyBytes: () => number }): OwnMetrics {
  const requests = new Map<string, number>();
  const durations = new Map<string, Histogram>();
  const figures = createFigureSeries();
  const counters = { events: 0, log_warnings: 0, log_errors: 0 };
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  return {
    measure: figures.measure,
    happened: (counter) => { counters[counter] += 1; },
    requested: (method, path, status, seconds) => {
      // Operations, never paths: whoever asks for many different ones makes no new series.
      const operation = operationOf(method, path);
      const key = `operation="${operation}",status="${status}"`;
      requests.set(key, (requests.get(key) ?? 0) + 1);
      const labels = `operation="${operation}"`;
      const series = durations.get(labels) ?? createHistogram(BUCKETS_SECONDS);
      durations.set(labels, series);
      series.add(seconds);
    },
    text: async () => {
      const { store } = given.ports();
      const count = async (partitions: readonly string[]) => (await Promise.all(partitions.map((partition) => store.query(partition, '', { limit: COUNTED_MAX })))).reduce((sum, { items }) => sum + items.length, 0);
      const lines = [
        ...family('slipway_http_requests_total', 'counter', 'Requests by operation and status.', [...requests].map(([labels, value]) => [`{${labels}}`, value])),
        ...histogramLines('slipway_http_request_seconds', 'How long requests took, by operation.', durations),
        ...figures.lines(),
        ...family('slipway_pipelines_running', 'gauge', 'Pipelines that are not over.', [['', await count(shards().map((shard) => `running#${shard}`))]]),
        ...family('slipway_approvals_waiting', 'gauge', 'Requests for a decision that wait.', [['', await count(['approvals'])]]),
        ...family('slipway_outbox_items', 'gauge', 'What must still happen after a write; it should go back to 0.', [['', await count(shards().map((shard) => `outbox#${shard}`))]]),
        ...family('slipway_events_total', 'counter', 'Transactions that changed something people look at.', [['', counters.events]]),
        ...family('slipway_log_lines_total', 'counter', 'Lines of the log by level.', [['{level="warn"}', counters.log_warnings], ['{level="error"}', counters.log_errors]]),
        ...family('slipway_listeners', 'gauge', 'Who listens to live events.', [['', given.listeners()]]),
        ...family('slipway_request_body_bytes', 'gauge', 'Bytes of request bodies in memory.', [['', given.heldBodyBytes()]]),
        ...family('slipway_event_loop_delay_seconds', 'gauge', 'How late the event loop was since the last reading.', [['{quantile="0.5"}', delay.percentile(50) / 1e9], ['{quantile="0.99"}', delay.percentile(99) / 1e9]]),
        ...family('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [['', process.memoryUsage.rss()]]),
        ...family('process_cpu_seconds_total', 'counter', 'Processor time of the process.', [['', (process.cpuUsage().user + process.cpuUsage().system) / 1e6]]),
        ...family('process_start_time_seconds', 'gauge', 'When the process began.', [['', Math.round(Date.now() / 1000 - process.uptime())]]),
      ];
      delay.reset();
      return `${lines.join('\n')}\n`;
    },
    close: () => delay.disable(),
  };
}
