/** How notifications leave the packaged functions. */
import { createSignedCall } from '../../../adapters/aws/calls/signed-call.ts';
import { createTopicSender } from '../../../adapters/aws/topic-sender.ts';
import { createPost } from '../../../adapters/outgoing/post.ts';
import { processEnvironment, signingConfig } from '../../../config.ts';
import { NotSupported } from '../../../domain/errors.ts';
import type { Part } from '../../platform.ts';

/** Lambda's runtime answers on 127.0.0.1, so nothing is sent there. */
export const senders: Part<'senders'> = async () => ({
  post: createPost({ allowsLoopback: false }),
  mail: () => Promise.reject(new NotSupported('On AWS mail goes out by a topic of SNS: { kind: topic, topic: ARN }.')),
  publish: createTopicSender({ call: createSignedCall(signingConfig(processEnvironment())) }),
});
