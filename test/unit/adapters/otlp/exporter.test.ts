/** The exporter against a real collector over real HTTP: what it sends, what it does with what comes back, and what it never does. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createExporter, type Exporter } from '../../../../src/adapters/otlp/exporter.ts';
import type { SpanSending } from '../../../../src/domain/trace/span-sending.ts';
import type { Span } from '../../../../src/domain/trace/span.ts';
import { SpanId, TraceId } from '../../../../src/domain/trace/trace-parent.ts';
import { resourceIn, spansIn, startCollector, type Collector } from '../../../fakes/collector.ts';
import { until } from '../../engine/running.ts';

let collector: Collector;
let exporter: Exporter;
let counted: Record<string, number>;
let said: string[];
beforeEach(async () => {
  collector = await startCollector();
  [counted, said] = [{}, []];
});
afterEach(async () => {
  await exporter.close(0);
  await collector.close();
});

const exporting = (settings: Partial<SpanSending> = {}, more: Partial<Parameters<typeof createExporter>[0]> = {}): Exporter => {
  exporter = createExporter({
    settings: { url: `${collector.url}/v1/traces`, headers: {}, timeoutMs: 2000, delayMs: 20, batchSpans: 100, queueSpans: 1000, resource: { 'service.name': 'slipway' }, ...settings },
    count: (outcome, spans) => { counted[outcome] = (counted[outcome] ?? 0) + spans; }, said: (level, message) => said.push(`${level} ${message}`), pause: async () => undefined, ...more,
  });
  return exporter;
};
let ids = 0;
const span = (parts: Partial<Span> = {}): Span => ({
  trace: TraceId.parse('0af7651916cd43dd8448eb211c80319c'), id: SpanId.parse((ids += 1).toString(16).padStart(16, '0')), parent: null, name: 'one', kind: 'internal', startedAt: 1_795_176_000_000.25, endedAt: 1_795_176_000_012, attributes: {}, failure: null, ...parts,
});
const spans = (count: number): Span[] => Array.from({ length: count }, () => span());

it('sends what the protocol asks for, with the headers and the resource', async () => {
  const parent = SpanId.parse('b7ad6b7169203331');
  exporting({ headers: { authorization: 'Bearer key' }, resource: { 'service.name': 'deployments', 'deployment.environment': 'test' } }).add([
    span({ id: parent }), span({ parent, name: 'POST api.example.com', kind: 'client', attributes: { 'slipway.pipeline': 'catalog-7', 'slipway.batch': 2, share: 0.5, told: true }, failure: { name: '503', message: 'It answered 503.' } }),
  ]);
  const request = await until(() => collector.received[0]);
  expect(request).toMatchObject({ path: '/v1/traces', headers: { 'content-type': 'application/json', authorization: 'Bearer key' } });
  expect(resourceIn(request)).toEqual({ 'service.name': 'deployments', 'deployment.environment': 'test' });
  expect(spansIn(request)).toEqual([
    { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: parent, name: 'one', kind: 1, startTimeUnixNano: 1_795_176_000_000_250_000n, endTimeUnixNano: 1_795_176_000_012_000_000n, attributes: {} },
    expect.objectContaining({ parentSpanId: parent, kind: 3, name: 'POST api.example.com', attributes: { 'slipway.pipeline': 'catalog-7', 'slipway.batch': '2', share: 0.5, told: true, 'error.type': '503' }, status: { code: 2, message: 'It answered 503.' } }),
  ]);
  await until(() => counted['sent'] === 2);
  expect(said).toEqual([]);
});

it('in batches, and those that ended together in one', async () => {
  exporting({ batchSpans: 10, delayMs: 60_000 });
  for (let group = 0; group < 5; group += 1) exporter.add(spans(4));
  exporter.add(spans(25));
  await until(() => counted['sent'] === 45);
  expect(collector.received.map((request) => spansIn(request).length)).toEqual([8, 8, 4, 25]);
});

it('goes on after a batch that was full before its time was up', async () => {
  exporting({ batchSpans: 10, delayMs: 30 });
  exporter.add(spans(4));
  exporter.add(spans(6));
  await until(() => counted['sent'] === 10);
  // The time of the first ones is up by now, and there is nothing to send.
  await new Promise((resolve) => { setTimeout(resolve, 60); });
  exporter.add(spans(1));
  await until(() => counted['sent'] === 11);
});

describe('when the other side is in trouble', () => {
  it.each([429, 502, 503, 504])('tries again after %i, and says once that it is away and once that it is back', async (status) => {
    let asked = 0;
    collector.answers = (response) => response.writeHead((asked += 1) <= 2 ? status : 200).end('{}');
    exporting().add(spans(3));
    await until(() => counted['sent'] === 3);
    expect(counted).toEqual({ sent: 3 });
    expect(said).toEqual([expect.stringContaining(`it answered ${status}`), expect.stringContaining('again')]);
    expect(collector.spans()).toHaveLength(3);
  });

  it('waits as long as it is told to', async () => {
    const pauses: number[] = [];
    let asked = 0;
    collector.answers = (response) => { if ((asked += 1) === 1) response.writeHead(503, { 'retry-after': '7' }).end(); else response.writeHead(200).end(); };
    exporting({}, { pause: async (ms) => pauses.push(ms) }).add(spans(1));
    await until(() => counted['sent'] === 1);
    expect(pauses).toEqual([7000]);
  });

  it('gives up what is refused for good, and counts it', async () => {
    collector.answers = (response) => response.writeHead(400, { 'content-type': 'text/plain' }).end('this is no span');
    exporting().add(spans(2));
    await until(() => counted['refused'] === 2);
    expect(said).toEqual([expect.stringMatching(/^warn .*it answered 400 this is no span/)]);
    expect(collector.received).toHaveLength(1);
  });

  it('counts those that were refused among others', async () => {
    collector.answers = (response) => response.writeHead(200).end(JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage: 'too old' } }));
    exporting().add(spans(5));
    await until(() => counted['sent'] === 3);
    expect(counted).toEqual({ sent: 3, refused: 2 });
  });

  it('keeps no more than its queue has room for, drops the rest, and nobody waits', async () => {
    const open: (() => void)[] = [];
    collector.answers = (response) => open.push(() => response.writeHead(200).end());
    exporting({ queueSpans: 50, batchSpans: 10, delayMs: 1 });
    exporter.add(spans(10));
    await until(() => open.length === 1);
    const began = performance.now();
    for (let group = 0; group < 1000; group += 1) exporter.add(spans(10));
    expect(performance.now() - began).toBeLessThan(1000);
    expect(counted).toEqual({ dropped: 9950 });
    collector.answers = 200;
    open[0]?.();
    await until(() => counted['sent'] === 60);
  });

  it('drops a batch that does not arrive after five attempts, and goes on with the next', async () => {
    collector.answers = 503;
    exporting({ batchSpans: 1, delayMs: 1 }).add(spans(1));
    await until(() => counted['dropped'] === 1);
    expect(collector.received).toHaveLength(5);
    collector.answers = 200;
    exporter.add(spans(1));
    await until(() => counted['sent'] === 1);
  });

  it('a collector that is not there, or never answers, is one that is away', async () => {
    const { url } = collector;
    await collector.close();
    exporting({ url: `${url}/v1/traces` }).add(spans(1));
    await until(() => counted['dropped'] === 1);
    expect(said).toHaveLength(1);
    collector = await startCollector();
    collector.answers = () => undefined;
    await exporter.close(0);
    exporting({ timeoutMs: 30 }).add(spans(1));
    await until(() => counted['dropped'] === 2);
  });

  it('follows no redirect: the key is for whom it was given for', async () => {
    const other = await startCollector();
    collector.answers = (response) => response.writeHead(307, { location: `${other.url}/v1/traces` }).end();
    exporting({ headers: { authorization: 'Bearer key' } }).add(spans(1));
    await until(() => counted['dropped'] === 1);
    expect(other.received).toEqual([]);
    await other.close();
  });
});

describe('at its end', () => {
  it('sends what waits', async () => {
    exporting({ delayMs: 60_000 }).add(spans(7));
    await exporter.close(5000);
    expect(counted).toEqual({ sent: 7 });
    exporter.add(spans(1));
    expect(counted).toEqual({ sent: 7, dropped: 1 });
  });

  it('waits no longer than it is given', async () => {
    collector.answers = () => undefined;
    exporting({ delayMs: 60_000, batchSpans: 5 }).add(spans(4));
    exporter.add(spans(4));
    const began = performance.now();
    await exporter.close(50);
    expect(performance.now() - began).toBeLessThan(1500);
    expect(counted['dropped']).toBeGreaterThanOrEqual(4);
  });
});

it('what more is known is added when they are sent; where that fails they are sent as they are', async () => {
  let isBroken = false;
  exporting({}, { complete: async (given) => { if (isBroken) throw new Error('the store broke'); return given.map((one) => ({ ...one, attributes: { 'slipway.release': 'catalog@0123456789ab' } })); } }).add(spans(1));
  await until(() => counted['sent'] === 1);
  isBroken = true;
  exporter.add(spans(1));
  await until(() => counted['sent'] === 2);
  expect(collector.spans().map(({ attributes }) => attributes)).toEqual([{ 'slipway.release': 'catalog@0123456789ab' }, {}]);
});
