/** Subsegments as X-Ray's daemon takes them, by a real socket. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createDaemon, type Daemon } from '../../../../../src/adapters/aws/xray/daemon.ts';
import { readXrayHeader, xrayHeader } from '../../../../../src/adapters/aws/xray/trace-header.ts';
import type { Span } from '../../../../../src/domain/trace/span.ts';
import { SpanId, TraceId } from '../../../../../src/domain/trace/trace-parent.ts';
import { until } from '../../../engine/running.ts';

const TRACE = TraceId.parse('5759e988bd862e3fe1be46a994272793');
const span = (parts: Partial<Span> = {}): Span => ({ trace: TRACE, id: SpanId.parse('53995c3f42cd8ad8'), parent: SpanId.parse('b7ad6b7169203331'), name: 'slipway-plan', kind: 'internal', startedAt: 1_795_176_000_000.5, endedAt: 1_795_176_000_012, attributes: {}, failure: null, ...parts });

let receiver: Socket;
let daemon: Daemon;
let came: string[];
beforeEach(async () => {
  came = [];
  receiver = createSocket('udp4').on('message', (bytes) => came.push(bytes.toString('utf8')));
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  daemon = createDaemon({ address: '127.0.0.1', port: receiver.address().port });
});
afterEach(() => {
  daemon.close();
  receiver.close();
});

const documents = (): Record<string, unknown>[] => came.map((text) => {
  const [header, document = ''] = text.split('\n');
  expect(header).toBe('{"format": "json", "version": 1}');
  return JSON.parse(document) as Record<string, unknown>;
});

it('a span is a subsegment under the function, found by its annotations', async () => {
  daemon.tell([span({ attributes: { 'slipway.pipeline': 'catalog-12', 'slipway.deployment': 'catalog-12-production', 'slipway.service': 'catalog', 'slipway.environment': 'production', 'slipway.batch': 2 } })]);
  await daemon.left();
  await until(() => came.length === 1);
  expect(documents()).toEqual([{
    type: 'subsegment', name: 'slipway-plan', id: '53995c3f42cd8ad8', trace_id: '1-5759e988-bd862e3fe1be46a994272793', parent_id: 'b7ad6b7169203331', start_time: 1_795_176_000.0005, end_time: 1_795_176_000.012,
    annotations: { pipeline: 'catalog-12', deployment: 'catalog-12-production', service: 'catalog', environment: 'production' },
    metadata: { slipway: { 'slipway.pipeline': 'catalog-12', 'slipway.deployment': 'catalog-12-production', 'slipway.service': 'catalog', 'slipway.environment': 'production', 'slipway.batch': 2 } },
  }]);
});

it.each([
  [null, 200, {}], [{ name: '429', message: '' }, 429, { error: true, throttle: true }], [{ name: '403', message: '' }, 403, { error: true }], [{ name: '503', message: '' }, 503, { fault: true }],
])('a request is one to another service: %j', async (failure, status, flags) => {
  daemon.tell([span({ name: 'POST ecs.eu-central-1.amazonaws.com', kind: 'client', failure, attributes: { 'http.request.method': 'POST', 'server.address': 'ecs.eu-central-1.amazonaws.com', 'http.response.status_code': status } })]);
  await until(() => came.length === 1);
  const [{ error, fault, throttle, ...document } = {}] = documents();
  expect({ ...(error === undefined ? {} : { error }), ...(fault === undefined ? {} : { fault }), ...(throttle === undefined ? {} : { throttle }) }).toEqual(flags);
  expect(document).toMatchObject({ name: 'ecs.eu-central-1.amazonaws.com', namespace: 'remote', http: { request: { method: 'POST', url: 'https://ecs.eu-central-1.amazonaws.com' }, response: { status } } });
});

it('names have no character that X-Ray refuses', async () => {
  daemon.tell([span({ name: `a<b>"c"\n${'x'.repeat(500)}` })]);
  await until(() => came.length === 1);
  const name = String(documents()[0]?.['name']);
  expect(name).toMatch(/^a_b__c_\nx+$/);
  expect(name).toHaveLength(200);
});

it('of many requests only the first are told, and those that failed', async () => {
  const requests = Array.from({ length: 60 }, (_, index) => span({ id: SpanId.parse((index + 1).toString(16).padStart(16, '0')), kind: 'client', failure: index === 50 ? { name: '500', message: '' } : null, attributes: { 'server.address': 'ec2.eu-central-1.amazonaws.com' } }));
  daemon.tell([...requests, span({ name: 'slipway-target-ec2' })]);
  await daemon.left();
  await until(() => came.length >= 22);
  expect(came).toHaveLength(22);
  expect(documents().map(({ name }) => name)).toContain('slipway-target-ec2');
});

it('one that is too large for a datagram is left out, and a daemon that is not there fails nothing', async () => {
  daemon.tell([span({ attributes: { text: 'x'.repeat(70_000) } })]);
  await daemon.left();
  daemon.close();
  const away = createDaemon({ address: '127.0.0.1', port: 9 });
  for (let turn = 0; turn < 50; turn += 1) away.tell([span()]);
  await away.left();
  away.close();
  expect(came).toEqual([]);
});

describe('the header', () => {
  it('is read as it was written', () => {
    fc.assert(fc.property(fc.stringMatching(/^[1-9a-f][0-9a-f]{31}$/), fc.stringMatching(/^[1-9a-f][0-9a-f]{15}$/), fc.boolean(), (trace, one, isSampled) => {
      const context = { trace: TraceId.parse(trace), span: SpanId.parse(one), isSampled };
      expect(readXrayHeader(xrayHeader(context))).toEqual(context);
    }));
  });

  it.each([
    ['Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1', true], ['Sampled=0;Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793', false],
    ['Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2', true], ['Root=1-5759e988-bd862e3fe1be46a994272793; Parent=53995c3f42cd8ad8', false],
  ])('%s', (header, isSampled) => expect(readXrayHeader(header)).toEqual({ trace: TRACE, span: '53995c3f42cd8ad8', isSampled }));

  it.each([undefined, '', 'Root=1-5759e988-bd862e3fe1be46a994272793', 'Parent=53995c3f42cd8ad8;Sampled=1', 'Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8', 'garbage;=;'])('%s is taken as absent', (header) => expect(readXrayHeader(header)).toBeNull());
});
