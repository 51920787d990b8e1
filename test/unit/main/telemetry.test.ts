/** The OpenTelemetry SDK with its own exporters against the receiver, over HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AggregationTemporalityPreference, OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { AggregationTemporality, AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { createTelemetryMetrics, type TelemetryMetrics } from '../../../src/adapters/local/telemetry-metrics.ts';
import { decodeMetrics } from '../../../src/contracts/otlp/protobuf.ts';
import { telemetryPoints } from '../../../src/contracts/otlp/request.ts';
import { RevisionId } from '../../../src/domain/ids.ts';
import { receiveTelemetry, TELEMETRY_PATH } from '../../../src/main/telemetry.ts';

const HISTOGRAM = 'http.server.request.duration';
const [stable, candidate] = [RevisionId.parse('catalog-1-production'), RevisionId.parse('catalog-2-production')];
let metrics: TelemetryMetrics;
let server: Server;
let url: string;

beforeEach(async () => {
  // The SDK's clock is a little off the machine's: what began now is not from before.
  metrics = createTelemetryMetrics({ clock: { now: () => Date.now() - 1000 }, ids: { next: () => 'epoch' } });
  server = createServer((request, response) => void receiveTelemetry({ metrics, token: () => 'secret' }, request, response).then((own) => own || response.writeHead(404).end()));
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${TELEMETRY_PATH}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => { server.close(resolve); });
});

function service(revision: RevisionId, { protobuf, temporality, exponential }: { protobuf: boolean; temporality: AggregationTemporality; exponential: boolean }) {
  const Exporter = protobuf ? ProtobufExporter : JsonExporter;
  const exporter = new Exporter({ url, headers: { authorization: 'Bearer secret' }, temporalityPreference: temporality === AggregationTemporality.DELTA ? AggregationTemporalityPreference.DELTA : AggregationTemporalityPreference.CUMULATIVE });
  const provider = new MeterProvider({
    resource: { attributes: { 'slipway.revision': revision, 'service.instance.id': `${revision}.1` }, merge: () => { throw new Error('not merged'); }, getRawAttributes: () => [['slipway.revision', revision], ['service.instance.id', `${revision}.1`]] } as never,
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    views: [{ instrumentName: HISTOGRAM, aggregation: exponential ? { type: AggregationType.EXPONENTIAL_HISTOGRAM } : { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [0.005, 0.01, 0.1, 1] } } }],
  });
  const histogram = provider.getMeter('test').createHistogram(HISTOGRAM, { unit: 's' });
  return {
    answer: (times: number, seconds: number, status = 200) => { for (let one = 0; one < times; one += 1) histogram.record(seconds, { 'http.response.status_code': status, 'http.route': '/' }); },
    send: () => provider.forceFlush(), end: () => provider.shutdown(),
  };
}

describe('the SDK of OpenTelemetry', () => {
  it.each([
    ['JSON, sums, explicit bounds', { protobuf: false, temporality: AggregationTemporality.CUMULATIVE, exponential: false }],
    ['protobuf, sums, explicit bounds', { protobuf: true, temporality: AggregationTemporality.CUMULATIVE, exponential: false }],
    ['protobuf, differences, exponential', { protobuf: true, temporality: AggregationTemporality.DELTA, exponential: true }],
    ['JSON, sums, exponential', { protobuf: false, temporality: AggregationTemporality.CUMULATIVE, exponential: true }],
  ])('is counted by revision: %s', async (_name, settings) => {
    const [one, two] = [service(stable, settings), service(candidate, settings)];
    one.answer(90, 0.02);
    two.answer(10, 0.02);
    await Promise.all([one.send(), two.send()]);
    one.answer(9, 0.02);
    two.answer(4, 0.5, 503);
    await Promise.all([one.send(), two.send()]);
    await Promise.all([one.end(), two.end()]);
    const { revisions, epoch } = metrics.read(HISTOGRAM, [stable, candidate]);
    expect(epoch).toBe('epoch');
    expect(revisions[stable]).toMatchObject({ requests: 99, failures: {} });
    expect(revisions[candidate]).toMatchObject({ requests: 14, failures: { status5xx: 4 } });
    const { latencyBuckets, boundsMs } = revisions[candidate]!;
    const over = (ms: number) => latencyBuckets.reduce((sum, count, bucket) => sum + ((boundsMs[bucket - 1] ?? 0) >= ms ? count : 0), 0);
    expect([latencyBuckets.reduce((sum, count) => sum + count, 0), over(100)]).toEqual([14, 4]);
  });
});

describe('the receiver', () => {
  const send = (body: string | Buffer, headers: Record<string, string> = {}) => fetch(url, { method: 'POST', body: body as never, headers: { 'content-type': 'application/json', authorization: 'Bearer secret', ...headers } });
  const batch = JSON.stringify({ resourceMetrics: [{ resource: { attributes: [] }, scopeMetrics: [{ metrics: [{ name: HISTOGRAM, unit: 's', histogram: { aggregationTemporality: 1, dataPoints: [{ timeUnixNano: '1', count: '2', bucketCounts: ['2'], explicitBounds: [] }] } }] }] }] });

  it('takes what is unpacked, says what it refused, and who may not', async () => {
    const taken = await send(gzipSync(batch), { 'content-encoding': 'gzip' });
    expect([taken.status, await taken.json()]).toEqual([200, { partialSuccess: { rejectedDataPoints: '1', errorMessage: expect.stringContaining('slipway.revision') } }]);
    expect((await send(batch, { authorization: 'Bearer other' })).status).toBe(401);
    expect((await send(batch, { 'content-encoding': 'br' })).status).toBe(400);
    expect((await fetch(url)).status).toBe(404);
  });

  it.each([
    ['no JSON', '{'], ['another shape', '{"resourceMetrics":7}'], ['a temporality that is none', batch.replace('"aggregationTemporality":1', '"aggregationTemporality":7')],
  ])('refuses %s with the reason', async (_name, body) => {
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).not.toBe('');
  });

  it('refuses more than it takes, packed or not', async () => {
    expect((await send(Buffer.alloc(5 * 1024 * 1024, 32)).catch(() => ({ status: 413 }))).status).toBe(413);
    expect((await send(gzipSync(Buffer.alloc(17 * 1024 * 1024, 32)), { 'content-encoding': 'gzip' })).status).toBe(400);
  });

  it('throws nothing but a refusal, whatever the bytes are', () => {
    for (let seed = 0; seed < 2000; seed += 1) {
      const bytes = Uint8Array.from({ length: seed % 60 }, (_, index) => Math.imul(seed + 1, 2_654_435_761 + index * 40_503) >>> 24);
      try {
        telemetryPoints(decodeMetrics(bytes));
      } catch (error) {
        expect(error).toMatchObject({ name: 'InvalidInput' });
      }
    }
  });
});
