/** Tells people by a topic of SNS, and programs by EventBridge. */
import * as z from 'zod';
import { ProviderUnavailable } from '../../domain/errors.ts';
import type { Alert } from '../../domain/outbox.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { callFault } from './call-fault.ts';
import type { SignedCall } from './calls/signed-call.ts';

const TIMEOUT_MS = 5_000;
/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII without line breaks, under 100 characters */
const SUBJECT_CHARACTERS_MAX = 99;
const PutEventsAnswer = z.object({ FailedEntryCount: z.int(), Entries: z.array(z.object({ ErrorCode: z.string().nullish(), ErrorMessage: z.string().nullish() })) });

export const subjectText = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_CHARACTERS_MAX);
const subjectOf = ({ severity, kind, service, environment }: Alert): string =>
  subjectText(`Slipway ${severity}: ${kind}${service === null ? '' : ` (${service}${environment === null ? '' : ` in ${environment}`})`}`);

/** Whoever subscribes to the topic gets the text, by mail or otherwise. @throws ProviderUnavailable, Forbidden */
export const createAlertTopic = ({ call, topic }: { readonly call: SignedCall; readonly topic: string }): Notifier => ({
  async send(alert) {
    const body = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31', TopicArn: topic, Subject: subjectOf(alert), Message: alert.text }).toString();
    await call({ service: 'sns', path: '/', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => Promise.reject(callFault('SNS', 'publish an alert', error)));
  },
});

/** The alert as the detail of an event of the source `slipway`. @throws ProviderUnavailable, Forbidden */
export const createAlertEvents = ({ call, bus }: { readonly call: SignedCall; readonly bus: string }): Notifier => ({
  async send(alert) {
    const body = JSON.stringify({ Entries: [{ Source: 'slipway', DetailType: 'Slipway Alert', EventBusName: bus, Detail: JSON.stringify(alert) }] });
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
    const { text } = await call({ service: 'events', path: '/', headers, body, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => Promise.reject(callFault('EventBridge', 'put an alert', error)));
    const answer = PutEventsAnswer.parse(JSON.parse(text));
    if (answer.FailedEntryCount > 0) throw new ProviderUnavailable(`EventBridge did not take an alert: ${answer.Entries.map(({ ErrorCode, ErrorMessage }) => `${ErrorCode ?? ''} ${ErrorMessage ?? ''}`).join('; ')}. It is sent again.`, { bus });
  },
});

/** One after the other: after a failure all are told again, so that nobody is left out; who comes first may be told twice. */
export const inTurn = (notifiers: readonly Notifier[]): Notifier => ({
  async send(alert) {
    for (const notifier of notifiers) await notifier.send(alert);
  },
});
