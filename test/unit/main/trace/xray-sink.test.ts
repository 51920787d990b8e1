/** A packaged function's invocation, as X-Ray's daemon hears of it: with the platform of AWS in place of this machine's. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { handler as processTarget } from '../../../../functions/targets/process.ts';
import { xraySink } from '../../../../src/main/aws/xray-sink.ts';
import { useLocalParts } from '../../../../src/main/local.ts';
import { traces } from '../../../../src/main/trace/traces.ts';
import type { Target } from '../../../../src/ports/target.ts';
import { startReceiver, type Receiver } from '../../../fakes/receiver.ts';
import { until } from '../../engine/running.ts';
import { samplesOf } from '../../functions/samples.ts';

let daemon: Socket;
let provider: Receiver;
const came: Record<string, unknown>[] = [];
const before = { ...process.env };
beforeAll(async () => {
  daemon = createSocket('udp4').on('message', (bytes) => came.push(JSON.parse(bytes.toString('utf8').split('\n')[1] ?? '') as Record<string, unknown>));
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  provider = await startReceiver();
});
afterAll(async () => {
  daemon.close();
  await provider.close();
});
beforeEach(() => {
  came.length = 0;
  process.env['AWS_XRAY_DAEMON_ADDRESS'] = `127.0.0.1:${daemon.address().port}`;
});
afterEach(() => {
  process.env = { ...before };
  useLocalParts(undefined);
});

const ROOT = '1-5759e988-bd862e3fe1be46a994272793';
let started: string | null = null;
const retire = samplesOf('target-process').find(({ name }) => name === 'retire.json')?.event;
/** One invocation, with the variables that Lambda sets for it. */
async function invoked(header: string): Promise<void> {
  process.env['_X_AMZN_TRACE_ID'] = header;
  const target = { retire: async () => { started = traces.toStart('pipeline'); await fetch(provider.url, { method: 'POST', body: '{}' }); return { remaining: [] } as never; } };
  useLocalParts({ ports: {} as never, targets: { process: target as unknown as Target }, log: () => undefined, spans: xraySink() ?? undefined });
  await processTarget(retire, { functionName: 'slipway-target-process', awsRequestId: 'one' });
}

it('is a subsegment under the function, with the calls at providers in it, found by its pipeline', async () => {
  await invoked(`Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`);
  await until(() => came.length === 3);
  const of = (name: string) => came.find((document) => document['name'] === name);
  const [whole, verb, call] = [of('slipway-target-process'), of('process retire'), of(new URL(provider.url).host)];
  expect(whole).toMatchObject({ trace_id: ROOT, parent_id: '53995c3f42cd8ad8', annotations: { pipeline: expect.any(String), deployment: expect.any(String), service: expect.any(String), environment: expect.any(String), verb: 'retire' } });
  expect(verb).toMatchObject({ trace_id: ROOT, parent_id: whole?.['id'], annotations: { target: 'process', verb: 'retire' } });
  expect(call).toMatchObject({ trace_id: ROOT, parent_id: verb?.['id'], namespace: 'remote', http: { request: { method: 'POST' }, response: { status: 200 } } });
  // What it starts goes on in the trace of the invocation.
  expect(started).toBe(`00-${ROOT.slice(2).replace('-', '')}-${String(verb?.['id'])}-01`);
  expect(provider.received.at(-1)?.headers['traceparent']).toBe(`00-${ROOT.slice(2).replace('-', '')}-${String(call?.['id'])}-01`);
});

it('one that X-Ray does not sample says nothing; a pipeline that it starts is recorded all the same, in its trace', async () => {
  await invoked(`Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=0`);
  expect(started).toBe(`00-${ROOT.slice(2).replace('-', '')}-53995c3f42cd8ad8-01`);
  expect(provider.received.at(-1)?.headers['traceparent']).toBeUndefined();
  expect(came).toEqual([]);
});

it('another invocation of the same process is in another trace', async () => {
  await invoked(`Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`);
  await invoked('Root=1-5759e989-bd862e3fe1be46a994272793;Parent=63995c3f42cd8ad8;Sampled=1');
  await until(() => came.length === 6);
  expect(new Set(came.map((document) => document['trace_id']))).toEqual(new Set([ROOT, '1-5759e989-bd862e3fe1be46a994272793']));
});

it('what reads and writes the state has no subsegment, and AWS gets the header that it knows', () => {
  const sink = xraySink();
  const context = { trace: '5759e988bd862e3fe1be46a994272793', span: '53995c3f42cd8ad8', isSampled: true } as never;
  expect(['dynamodb.eu-central-1.amazonaws.com', 'ssm.eu-central-1.amazonaws.com', 'ecs.eu-central-1.amazonaws.com', 'api.github.com'].map((host) => sink?.isWanted(host))).toEqual([false, false, true, true]);
  expect(sink?.headersTo(context, 'lambda.eu-central-1.amazonaws.com')).toEqual([['x-amzn-trace-id', `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`]]);
  expect(sink?.headersTo(context, 'api.github.com')).toEqual([['traceparent', '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01']]);
});

it('where Lambda traces nothing there is nothing', () => {
  delete process.env['AWS_XRAY_DAEMON_ADDRESS'];
  expect(xraySink()).toBeNull();
});
