/** Alerts on SNS and EventBridge: what the services are sent, what they refuse. */
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAlertEvents, createAlertTopic, inTurn } from '../../src/adapters/aws/alert-topics.ts';
import { createSignedCall } from '../../src/adapters/aws/calls/signed-call.ts';
import type { Alert } from '../../src/domain/outbox.ts';
import { clientSettings, CREDENTIALS, REGION, uniqueName } from './emulator.ts';
import { startFaultProxy, type FaultProxy } from './faults.ts';

const ALERT: Alert = { severity: 'critical', kind: 'rolled-back', service: 'shop', environment: 'production', text: 'shop-7 was taken back: 30 % of "requests" failed & more; grün' };
let proxy: FaultProxy;
let topic: string;
let bodies: string[];
beforeAll(async () => {
  proxy = await startFaultProxy();
  topic = (await new SNSClient(clientSettings()).send(new CreateTopicCommand({ Name: uniqueName('alerts') }))).TopicArn ?? '';
  // Beside it there is one that is gone.
  for (const name of [topic, `${topic}-gone`]) proxy.standsFor(name.replace(/^.*:/, ''), 'slipway-alerts');
});
beforeEach(() => {
  proxy.clear();
  bodies = [];
  proxy.shim(async (_call, { body }) => {
    bodies.push(body.toString('utf8'));
    return undefined;
  });
});
afterAll(() => proxy.close());
const call = () => createSignedCall({ region: REGION, credentials: CREDENTIALS, endpoint: proxy.endpoint, caller: 'slipway-sweep-outbox', pause: async () => undefined });

describe('alerts on AWS', () => {
  it('are published on the topic with their text, and a subject that mail takes', async () => {
    await createAlertTopic({ call: call(), topic }).send({ ...ALERT, kind: `grün\n${'x'.repeat(200)}` });
    expect(proxy.calls.map(({ service, action, resource, status }) => [service, action, resource, status])).toEqual([['sns', 'Publish', topic, 200]]);
    const sent = new URLSearchParams(bodies[0]);
    expect(sent.get('Message')).toBe(ALERT.text);
    expect(sent.get('Subject')).toMatch(/^Slipway critical: gr\?n\?x{10}[\x20-\x7e]*$/);
    expect(sent.get('Subject')?.length).toBeLessThan(100);
  });

  it('are events of slipway on the bus', async () => {
    await createAlertEvents({ call: call(), bus: 'default' }).send(ALERT);
    expect(proxy.calls.map(({ service, action, status }) => [service, action, status])).toEqual([['events', 'PutEvents', 200]]);
    const [entry] = (JSON.parse(bodies[0] ?? '') as { Entries: { Source: string; DetailType: string; Detail: string }[] }).Entries;
    expect([entry?.Source, entry?.DetailType, JSON.parse(entry?.Detail ?? '')]).toEqual(['slipway', 'Slipway Alert', ALERT]);
  });

  it('an event that the bus did not take is no success', async () => {
    proxy.shim(async (request) => (request.action === 'PutEvents' ? { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: Buffer.from('{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]}') } : undefined));
    await expect(createAlertEvents({ call: call(), bus: 'default' }).send(ALERT)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('InternalFailure') });
  });

  it('a topic that is not there fails, and who comes after it is not told yet', async () => {
    const told: Alert[] = [];
    const all = inTurn([createAlertTopic({ call: call(), topic: `${topic}-gone` }), { send: async (alert) => void told.push(alert) }]);
    await expect(all.send(ALERT)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('NotFound') });
    expect(told).toEqual([]);
  });

  it('go out through a throttle', async () => {
    const met = proxy.inject({ action: 'Publish', fault: { kind: 'throttle' } });
    await createAlertTopic({ call: call(), topic }).send(ALERT);
    expect(met()).toBe(1);
  });
});
