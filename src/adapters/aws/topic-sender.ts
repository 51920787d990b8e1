/** Notifications by topics of SNS: whoever subscribes gets mail, or what else SNS sends. */
import type { Senders } from '../../ports/senders.ts';
import { subjectText } from './alert-topics.ts';
import { callFault } from './call-fault.ts';
import type { SignedCall } from './calls/signed-call.ts';

const TIMEOUT_MS = 5_000;

/** Attributes let subscribers filter: https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html @throws ProviderUnavailable, Forbidden */
export const createTopicSender = ({ call }: { readonly call: SignedCall }): Senders['publish'] => async (topic, { subject, text, attributes }) => {
  const entries = Object.entries(attributes).flatMap(([name, value], index): [string, string][] => {
    const entry = `MessageAttributes.entry.${index + 1}`;
    return [[`${entry}.Name`, name], [`${entry}.Value.DataType`, 'String'], [`${entry}.Value.StringValue`, value]];
  });
  const body = new URLSearchParams([['Action', 'Publish'], ['Version', '2010-03-31'], ['TopicArn', topic], ['Subject', subjectText(subject)], ['Message', text], ...entries]).toString();
  await call({ service: 'sns', path: '/', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => Promise.reject(callFault('SNS', 'publish a notification', error)));
};
