/** Requests of every kind that this process makes, against a real server: as spans of the work that makes them, and with its traceparent. */
import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createPost } from '../../../../src/adapters/outgoing/post.ts';
import { createHttpChecks } from '../../../../src/adapters/local/http-checks.ts';
import type { Span } from '../../../../src/domain/trace/span.ts';
import { SpanId, traceParent, TraceId } from '../../../../src/domain/trace/trace-parent.ts';
import { useLocalParts } from '../../../../src/main/local.ts';
import type { SpanSink } from '../../../../src/main/platform.ts';
import { followRequests } from '../../../../src/main/trace/outgoing.ts';
import { inSpan, outside, under } from '../../../../src/main/trace/work.ts';
import { startReceiver, type Receiver } from '../../../fakes/receiver.ts';

const told: Span[][] = [];
const sink: SpanSink = { hasExecutions: true, incoming: () => null, inRequest: (_event, _operation, run) => run(), tell: (spans) => told.push([...spans]), left: async () => undefined, isWanted: (host) => host !== 'unwanted.example.com', headersTo: (context) => [['traceparent', traceParent(context)]] };
const TASK = { context: { trace: TraceId.parse('0af7651916cd43dd8448eb211c80319c'), span: SpanId.parse('b7ad6b7169203331'), isSampled: true }, attributes: { 'slipway.pipeline': 'catalog-7' } };
const use = (spans: SpanSink | undefined): void => useLocalParts({ ports: {} as never, targets: {}, log: () => undefined, spans });

let other: Receiver;
beforeAll(() => followRequests());
beforeEach(async () => {
  told.length = 0;
  other = await startReceiver();
  use(sink);
});
afterEach(async () => {
  useLocalParts(undefined);
  await other.close();
});

const byHttp = async (): Promise<void> => {
  const asked = httpRequest(`${other.url}/hooks/a-secret-key?token=another`, { method: 'PUT' });
  asked.end('x');
  const [answer] = await once(asked, 'response');
  (answer as { resume(): void }).resume();
  await once(answer as never, 'end');
};
const KINDS: readonly (readonly [string, string, () => Promise<unknown>])[] = [
  ['fetch', 'POST', () => fetch(`${other.url}/hooks/a-secret-key?token=another`, { method: 'POST', body: '{}' }).then((answer) => answer.text())],
  ['node:http', 'PUT', byHttp],
  ['a notification', 'POST', () => createPost({ allowsLoopback: true })({ url: `${other.url}/hooks/a-secret-key`, headers: {}, body: '{}' })],
  ['a check of a release', 'GET', () => createHttpChecks().run(other.url, { method: 'GET', path: '/a-secret-key', headers: {}, expect: { status: 200 } } as never, 5)],
];

describe.each(KINDS)('%s', (_name, method, ask) => {
  it('is a span of the task, with its ids and the host and no more of the address, and carries its traceparent', async () => {
    await under(TASK, ask);
    const host = new URL(other.url).host;
    expect(told).toEqual([[{
      trace: TASK.context.trace, id: expect.any(String), parent: TASK.context.span, name: `${method} ${host}`, kind: 'client', startedAt: expect.any(Number), endedAt: expect.any(Number), failure: null,
      attributes: { 'slipway.pipeline': 'catalog-7', 'http.request.method': method, 'server.address': host, 'http.response.status_code': 200 },
    }]]);
    expect(other.received.map(({ headers }) => headers['traceparent'])).toEqual([`00-${TASK.context.trace}-${told[0]?.[0]?.id ?? ''}-01`]);
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  it('is one that failed when the answer says so', async () => {
    other.answers = 503;
    await under(TASK, ask).catch(() => undefined);
    expect(told[0]?.[0]).toMatchObject({ attributes: { 'http.response.status_code': 503 }, failure: { name: '503' } });
  });

  it('is none, and carries nothing, outside of any work and where nothing is traced', async () => {
    await ask();
    await under(TASK, () => outside(ask));
    use(undefined);
    await under(TASK, ask);
    expect(told).toEqual([]);
    expect(other.received.map(({ headers }) => headers['traceparent'])).toEqual([undefined, undefined, undefined]);
  });
});

it('a request that nobody answers is a span that failed', async () => {
  const { url } = other;
  await other.close();
  await under(TASK, () => fetch(url).catch(() => undefined));
  expect(told[0]?.[0]).toMatchObject({ name: `GET ${new URL(url).host}`, failure: { name: expect.any(String) } });
  other = await startReceiver();
});

it('what goes on after the work is over is no part of it', async () => {
  let later: Promise<unknown> = Promise.resolve();
  await under(TASK, async () => { later = new Promise((resolve) => { setTimeout(() => resolve(fetch(other.url)), 20); }); });
  await later;
  expect(other.received.map(({ headers }) => headers['traceparent'])).toEqual([undefined]);
  expect(told).toEqual([]);
});

it('spans that ended together are told together, the outermost last', async () => {
  await inSpan({ name: 'request', kind: 'server', attributes: { 'slipway.service': 'catalog' }, parent: null }, async () => {
    await inSpan({ name: 'inner', kind: 'internal', attributes: { 'slipway.target': 'process' } }, () => fetch(other.url));
    expect(told).toEqual([]);
  });
  const [spans = []] = told;
  expect(told).toHaveLength(1);
  expect(spans.map(({ name }) => name)).toEqual([`GET ${new URL(other.url).host}`, 'inner', 'request']);
  expect(spans.map(({ parent }) => parent)).toEqual([spans[1]?.id, spans[2]?.id, null]);
  expect(new Set(spans.map(({ trace }) => trace)).size).toBe(1);
  expect(spans[0]?.attributes).toMatchObject({ 'slipway.service': 'catalog', 'slipway.target': 'process' });
});

it('work that throws is a span that failed, and throws on', async () => {
  await expect(inSpan({ name: 'request', kind: 'server', attributes: {}, parent: null }, async () => { throw Object.assign(new Error('it broke'), { name: 'Broken' }); })).rejects.toThrow('it broke');
  expect(told[0]).toMatchObject([{ failure: { name: 'Broken', message: 'it broke' } }]);
});
