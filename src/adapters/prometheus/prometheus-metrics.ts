/** The metrics port over the HTTP API of Prometheus (and of what speaks it: Mimir, Thanos, VictoriaMetrics). */
import * as z from 'zod';
import { ProviderUnavailable } from '../../domain/errors.ts';
import { countsOf, type PrometheusSource, queriesFor, type Sample } from '../../domain/judge/sources/prometheus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Metrics } from '../../ports/metrics.ts';

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const Answer = z.object({ status: z.literal('success'), data: z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })).max(20_000) }) });
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

export interface PrometheusNeeds {
  readonly source: PrometheusSource;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
}

/** All queries of a reading are for the same instant. */
export function createPrometheusMetrics({ source, clock, fetch }: PrometheusNeeds): Metrics {
  const ask = async (query: string | null, atSeconds: number): Promise<Sample[]> => {
    if (query === null) return [];
    const address = new URL('api/v1/query', source.url.endsWith('/') ? source.url : `${source.url}/`);
    const said = await answerOf(fetch, address, new URLSearchParams({ query, time: String(atSeconds) }));
    return said.data.result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }));
  };
  return {
    read: async (service, environment) => {
      const at = clock.now() - source.lateSeconds * 1000;
      const queries = queriesFor(source, service, environment);
      const [requests, failures, latency, resets] = await Promise.all([queries.requests, queries.failures, queries.latency, queries.resets].map((query) => ask(query, at / 1000)));
      return { at, ...countsOf(source, { requests: requests ?? [], failures: failures ?? [], latency: latency ?? [], resets: resets ?? [] }) };
    },
  };
}

async function answerOf(fetch: typeof globalThis.fetch, address: URL, query: URLSearchParams): Promise<z.infer<typeof Answer>> {
  const unavailable = (why: string, cause?: unknown): ProviderUnavailable => new ProviderUnavailable(`Prometheus at ${address.origin} did not answer a query: ${why}. No data is no verdict; it is asked again.`, { query: query.get('query') }, { cause });
  let text: string;
  let status: number;
  try {
    const response = await fetch(address, { method: 'POST', body: query, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    status = response.status;
    text = await bounded(response);
  } catch (error) {
    throw unavailable(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = Answer.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw unavailable(`status ${status}: ${text.slice(0, 300)}`);
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new RangeError(`an answer of more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what came instead.
    return undefined;
  }
}
