/** Takes a request of Slack: verified, kept, handed over. Slack waits 3 seconds, so whatever takes longer happens elsewhere. */
import { isSslCheck, parseSlackRequest, type SlackRequest } from '../../contracts/slack/requests.ts';
import { Forbidden, InvalidInput, SlipwayError, Unauthenticated } from '../../domain/errors.ts';
import { SLACK_TIMESTAMP_TOLERANCE_SECONDS, slackSignatureHolds, timestampIsFresh } from '../../domain/signature.ts';
import { originRefusal } from '../../domain/slack.ts';
import type { Ports } from '../../ports/index.ts';
import { rememberHeard } from './heard.ts';
import { keepRequest, requestIdOf } from './requests.ts';

export interface SlackDelivery {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Uint8Array;
}

/** Null: an empty answer, which Slack takes for everything. Else it is shown to the person alone. */
export type SlackAcknowledgement = { readonly response_type: 'ephemeral'; readonly text: string } | null;

type ReceiveNeeds = Pick<Ports, 'store' | 'clock' | 'webhookSecrets' | 'environments' | 'slackReplies' | 'slackHandover'>;

/** What is refused is answered in words, as Slack shows no status code to a person. @throws Unauthenticated */
export const receiveSlack = (needs: ReceiveNeeds) => async (delivery: SlackDelivery): Promise<SlackAcknowledgement> => {
  if (!timestampIsFresh(delivery.timestamp, needs.clock.now())) throw new Unauthenticated(`The timestamp is missing or more than ${SLACK_TIMESTAMP_TOLERANCE_SECONDS} s away. Check the clocks.`);
  if (!slackSignatureHolds(await needs.webhookSecrets.slack(), delivery.body, delivery.timestamp, delivery.signature)) throw new Unauthenticated('The signature does not fit. Check the signing secret of the Slack app.');
  if (isSslCheck(delivery.body)) return null;
  try {
    await take(needs, delivery.body);
    return null;
  } catch (error) {
    if (error instanceof SlipwayError && error.retry === 'final') return { response_type: 'ephemeral', text: error.message };
    throw error;
  }
};

async function take(needs: ReceiveNeeds, body: Uint8Array): Promise<void> {
  const request = parseSlackRequest(body);
  await checkSender(needs, request);
  await rememberHeard(needs);
  const id = requestIdOf(body);
  if (!(await keepRequest(needs, id, request))) return;
  // It is kept: when it cannot be handed over now, whoever looks for requests that nobody carries out takes it up.
  await needs.slackHandover.begin(id).catch((error: unknown) => {
    if (!(error instanceof SlipwayError)) throw error;
  });
}

async function checkSender(needs: ReceiveNeeds, { origin, replyTo }: SlackRequest): Promise<void> {
  const refusal = originRefusal((await needs.environments.read()).slack, origin);
  if (refusal !== null) throw new Forbidden(refusal);
  if (replyTo !== null && !needs.slackReplies.takes(replyTo)) throw new InvalidInput('The address for the answer is not one of Slack.');
}
