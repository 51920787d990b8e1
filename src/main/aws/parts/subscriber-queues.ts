/** The queues that subscribers are rung by; only the relay's function has the right to. */
import { createSignedCall } from '../../../adapters/aws/calls/signed-call.ts';
import { createSubscriberQueues } from '../../../adapters/aws/subscriber-queues.ts';
import { awsConfig, processEnvironment, signingConfig } from '../../../config.ts';
import { NotSupported } from '../../../domain/errors.ts';
import type { Part } from '../../platform.ts';

export const subscriberQueues: Part<'subscriberQueues'> = async () => {
  const { subscriberQueues: prefix } = awsConfig(processEnvironment());
  if (prefix === null) throw new NotSupported('This function was not given SLIPWAY_SUBSCRIBER_QUEUES, so it rings nobody. Add it in serverless.yml, with the rights in its role.');
  return createSubscriberQueues({ call: createSignedCall(signingConfig(processEnvironment())), prefix });
};
