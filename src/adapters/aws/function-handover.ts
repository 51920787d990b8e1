/** Hands a request of Slack to a Lambda function without waiting for it. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html */
import type { SlackHandover } from '../../ports/slack-handover.ts';
import { callFault } from './call-fault.ts';
import type { SignedCall } from './calls/signed-call.ts';

/** Slack waits three seconds for everything together. */
const TIMEOUT_MS = 1_500;

/** @throws ProviderUnavailable, Forbidden */
export const createFunctionHandover = ({ call, function: name }: { readonly call: SignedCall; readonly function: string }): SlackHandover => ({
  async begin(request) {
    await call({ service: 'lambda', path: `/2015-03-31/functions/${name}/invocations`, headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'Event' }, body: JSON.stringify({ request }), timeoutMs: TIMEOUT_MS })
      .catch((error: unknown) => Promise.reject(callFault('Lambda', `hand a request of Slack to ${name}`, error)));
  },
});
