/** A pipeline as one trace: from the webhook through every state of its machines to the calls that it makes, as a collector sees it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localConfig } from '../../src/config.ts';
import { orphans, startCollector, type Collector, type SentSpan } from '../fakes/collector.ts';
import { startReceiver, type Receiver } from '../fakes/receiver.ts';
import { program } from './rig/example-service.ts';
import { ENVIRONMENTS, Installation } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';

const SENDER = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };

/** From a span outwards to the first of its trace, by name. */
function pathOf(span: SentSpan, all: readonly SentSpan[]): string[] {
  const byId = new Map(all.map((one) => [one.spanId, one]));
  const names: string[] = [];
  for (let at: SentSpan | undefined = span; at !== undefined; at = at.parentSpanId === undefined ? undefined : byId.get(at.parentSpanId)) names.unshift(at.name);
  return names;
}

describe('a push to full rollout', () => {
  let at: Installation;
  let collector: Collector;
  let hook: Receiver;
  beforeAll(async () => {
    collector = await startCollector();
    hook = await startReceiver();
    const { traces, traceUrl } = localConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100', SLIPWAY_TRACE_URL: 'http://127.0.0.1:16686/trace/{traceId}' });
    at = await Installation.start({ traces: { traces, traceUrl } });
    writeFileSync(at.client.home.environments, `${ENVIRONMENTS}notifications: { rules: [{ name: everything, events: [deployment-succeeded], to: [{ kind: cdevents, url: '${hook.url}/events' }] }] }\n`);
  }, 60_000);
  afterAll(async () => {
    await at?.close();
    await hook?.close();
    await collector?.close();
  }, 60_000);

  /** The trace of a pipeline once it has come whole: the pipeline's own span is the last of its machines'. */
  const traceOf = async (id: string): Promise<SentSpan[]> => {
    const { trace } = await at.client.get<{ trace: { id: string; url: string } }>(`/v1/pipelines/${id}`);
    expect(trace.url).toBe(`http://127.0.0.1:16686/trace/${trace.id}`);
    await eventually('the pipeline is told of', () => collector.trace(trace.id).some(({ name, attributes }) => name === 'pipeline' && attributes['slipway.execution'] === id));
    await eventually('the notice is told of', () => collector.trace(trace.id).filter(({ name }) => name === 'notify by cdevents').length === 2);
    return collector.trace(trace.id);
  };

  it('is one tree, in the trace of whoever sent the webhook', async () => {
    const tests = [{ name: 'front page', http: { path: '/', expect: { body: 'o' } } }];
    const catalog = await at.deployed('catalog', { tests });
    catalog.write({ 'catalog/server.js': program({ says: 'two' }) });
    const { delivery } = await at.client.webhook(catalog, catalog.push('two'), { headers: { traceparent: `00-${SENDER.trace}-${SENDER.span}-01` } });
    const [id = ''] = (await at.client.decided(delivery)).admitted;
    const load = await at.load('catalog');
    expect((await at.client.approvedToTheEnd(id)).status.kind).toBe('succeeded');
    await load.stop();

    const spans = await traceOf(id);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([SENDER.trace]));
    expect(orphans(spans, [SENDER.span])).toEqual([]);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === SENDER.span).map(({ name }) => name)).toEqual(['POST /webhooks/github']);

    // Every state that the pipeline's machines entered has its span, and none has two.
    const entered = (await at.client.history(id)).flatMap(({ name, events }) => events.filter(({ type }) => type.endsWith('StateEntered')).map(({ state }) => `${name} ${state ?? ''}`)).sort();
    const told = spans.filter(({ kind, attributes }) => kind === 1 && attributes['slipway.state'] !== undefined && attributes['slipway.index'] === undefined);
    const leftOut = spans.reduce((sum, { attributes }) => sum + Number(attributes['slipway.states_left_out'] ?? 0), 0);
    const states = told.filter(({ name, attributes }) => name === attributes['slipway.state']).map(({ attributes }) => `${String(attributes['slipway.execution'])} ${String(attributes['slipway.state'])}`);
    expect(states.filter((state) => !state.startsWith(`${delivery} `))).toHaveLength(entered.length - leftOut);
    expect(new Set(states.filter((state) => !state.startsWith(`${delivery} `)))).toEqual(new Set(entered));

    // Down to the calls at providers: the router, and the instance that a test asks.
    const paths = spans.map((span) => pathOf(span, spans).join(' > '));
    const stem = 'POST /webhooks/github > delivery > Admit > slipway-admit > pipeline > Environments > ';
    expect(paths.find((path) => path.startsWith(`${stem}Environments 0 > Staging > staging > staging > `) && path.includes('process launch'))).toBeDefined();
    expect(paths.find((path) => path.startsWith(`${stem}Environments 0 > Rollout > rollout > rollout > `) && path.endsWith('slipway-target-process > process route > PUT router'))).toBeDefined();
    expect(paths.find((path) => path.includes(' > slipway-judge > GET router'))).toBeDefined();
    expect(paths.find((path) => /> slipway-test > GET 127\.0\.0\.1:\d+$/.test(path))).toBeDefined();

    // Whoever opens any of them sees what it is about.
    const inPipeline = spans.filter((span) => pathOf(span, spans).includes('pipeline'));
    for (const { name, attributes } of inPipeline) expect([name, attributes]).toEqual([name, expect.objectContaining({ 'slipway.pipeline': id, 'slipway.service': 'catalog' })]);
    const inStage = spans.filter((span) => pathOf(span, spans).some((part) => ['staging', 'canary', 'rollout'].includes(part)));
    expect(inStage.length).toBeGreaterThan(100);
    for (const { name, attributes } of inStage) expect([name, attributes]).toEqual([name, expect.objectContaining({ 'slipway.deployment': `${id}-${String(attributes['slipway.environment'])}`, 'slipway.environment': expect.stringMatching(/^(?:staging|production)$/), 'slipway.release': expect.stringMatching(/^catalog@[0-9a-f]{12}$/) })]);
    expect(JSON.stringify(collector.received.map(({ body }) => body))).not.toMatch(/whsec|"token"|Bearer/);

    // And who is told outside goes on in it.
    const notices = spans.filter((span) => pathOf(span, spans).join(' > ').endsWith('pipeline > notify by cdevents > POST ' + new URL(hook.url).host));
    expect(notices).toHaveLength(2);
    expect(hook.received.map(({ headers }) => headers['traceparent'])).toEqual(expect.arrayContaining(notices.map(({ spanId }) => `00-${SENDER.trace}-${spanId}-01`)));
  }, 180_000);

  it('a pipeline without a sender begins a trace of its own, whose spans say why it failed', async () => {
    const broken = await at.repository('broken', { tests: [{ name: 'never', http: { path: '/', expect: { body: 'something else' } } }] });
    const id = await at.release(broken, 'first');
    expect((await at.client.over(id)).status.kind).toBe('failed');
    const { trace } = await at.client.get<{ trace: { id: string } }>(`/v1/pipelines/${id}`);
    const pipeline = await eventually('the pipeline is told of', () => collector.trace(trace.id).find(({ name, attributes }) => name === 'pipeline' && attributes['slipway.execution'] === id));
    expect(pipeline).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'TestsFailed' } });
    const spans = collector.trace(trace.id);
    expect(orphans(spans)).toEqual([]);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name)).toEqual(['POST /webhooks/github']);
    expect(spans.filter(({ status }) => status !== undefined).map(({ name }) => name)).toEqual(expect.arrayContaining(['slipway-assess-tests', 'staging', 'pipeline']));
  }, 180_000);

  it('the figures say how many were sent, and lines of the log which trace they are of', async () => {
    const text = await fetch(`${at.client.address}/metrics`, { headers: { authorization: `Bearer ${readFileSync(at.client.home.token, 'utf8').trim()}` } }).then((answer) => answer.text());
    expect(Number(/^slipway_trace_spans_total\{outcome="sent"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(100);
    expect(text).not.toMatch(/^slipway_trace_spans_total\{outcome="(?:dropped|refused)"\}/m);
  });
});
