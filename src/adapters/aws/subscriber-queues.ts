/** The queues of the subscribers. A message says nothing: how far a subscriber is stands in the table. */
import type { SubscriberQueues } from '../../ports/subscriber-queues.ts';
import { callFault } from './call-fault.ts';
import type { SignedCall } from './calls/signed-call.ts';

const TIMEOUT_MS = 5_000;

/** @param prefix of the queues' addresses, up to where the subscriber's name follows. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const createSubscriberQueues = ({ call, prefix }: { readonly call: SignedCall; readonly prefix: string }): SubscriberQueues => ({
  async ring(subscriber) {
    const body = JSON.stringify({ QueueUrl: `${prefix}${subscriber}`, MessageBody: '{}' });
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' };
    await call({ service: 'sqs', path: '/', headers, body, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => Promise.reject(callFault('SQS', 'ring a subscriber', error)));
  },
});
