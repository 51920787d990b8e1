/** Where the judge's counts come from: the router, or a Prometheus that the installation names. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { createPrometheusMetrics } from '../adapters/prometheus/prometheus-metrics.ts';
import { InvalidInput } from '../domain/errors.ts';
import { PrometheusSource } from '../domain/judge/sources/prometheus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';

/** @param path of the file that SLIPWAY_PROMETHEUS names; null: the router counts. @throws InvalidInput naming the file */
export function metricsSource(path: string | null, router: Metrics, clock: Clock): Metrics {
  return path === null ? router : createPrometheusMetrics({ source: prometheusSource(path), clock, fetch: globalThis.fetch });
}

function prometheusSource(path: string): PrometheusSource {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'), { strict: true, uniqueKeys: true });
  } catch (error) {
    throw new InvalidInput(`SLIPWAY_PROMETHEUS names ${path}, which cannot be read: ${error instanceof Error ? error.message : String(error)}`, {}, { cause: error });
  }
  const parsed = PrometheusSource.safeParse(value);
  if (!parsed.success) throw new InvalidInput(`SLIPWAY_PROMETHEUS names ${path}, which has mistakes: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
