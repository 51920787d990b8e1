import { describe, expect, it } from '@jest/globals';
import { createPrometheusMetrics } from '../../../../src/adapters/prometheus/prometheus-metrics.ts';
import type { EnvironmentName, ServiceName } from '../../../../src/domain/ids.ts';
import { PrometheusSource } from '../../../../src/domain/judge/sources/prometheus.ts';

const source = PrometheusSource.parse({ url: 'http://127.0.0.1:9090/prometheus', requests: 'requests_total{service="$service"}', failures: 'failed_total{service="$service"}' });
const place = ['catalog' as ServiceName, 'production' as EnvironmentName] as const;
const vector = (result: unknown[]) => JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });

function answering(answer: (query: string) => Response) {
  const asked: { url: string; query: string; time: string }[] = [];
  const fetch = (async (input: URL, init: { readonly body: URLSearchParams }) => {
    const { body } = init;
    asked.push({ url: input.href, query: body.get('query') ?? '', time: body.get('time') ?? '' });
    return answer(body.get('query') ?? '');
  }) as unknown as typeof globalThis.fetch;
  return { asked, metrics: createPrometheusMetrics({ source, clock: { now: () => 1_000_000 }, fetch }) };
}

describe('a reading', () => {
  it('is of one instant, a little ago, below the path of the address', async () => {
    const { asked, metrics } = answering((query) => new Response(vector(query.startsWith('sum by (revision) ') ? [{ metric: { revision: 'catalog-1-production' }, value: [995, '12'] }] : [])));
    expect(await metrics.read(...place)).toEqual({ at: 995_000, epoch: 'resets 0', revisions: { 'catalog-1-production': { requests: 12, failures: {}, latencyBuckets: [], boundsMs: [] } } });
    expect(new Set(asked.map(({ url, time }) => `${url} ${time}`))).toEqual(new Set(['http://127.0.0.1:9090/prometheus/api/v1/query 995']));
    expect(asked.map(({ query }) => query)).toContain('sum by (revision) (requests_total{service="catalog"})');
  });

  it.each<[string, () => Response]>([
    ['a refused query', () => new Response(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }), { status: 400 })],
    ['something else', () => new Response('<html>')],
    ['another type', () => new Response(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } }))],
    ['an answer without end', () => new Response('x'.repeat(17 * 1024 * 1024))],
    ['no connection', () => { throw new TypeError('fetch failed'); }],
  ])('is never empty instead of %s', async (_, answer) => {
    await expect(answering(answer).metrics.read(...place)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('No data is no verdict') });
  });
});
