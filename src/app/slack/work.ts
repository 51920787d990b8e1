/** Carries out requests of Slack that were taken, and answers them where Slack said to. */
import { SlipwayError } from '../../domain/errors.ts';
import type { Ports } from '../../ports/index.ts';
import { actOn, isChanging, type ActNeeds, type Said } from './act.ts';
import type { SlackRequest } from '../../contracts/slack/requests.ts';
import { ANSWERABLE_MS, beginRequest, endRequest, findRequest, pendingRequests, type KeptRequest } from './requests.ts';
import type { Stored } from '../state/documents.ts';

export type SlackWorkNeeds = ActNeeds & Pick<Ports, 'slackReplies'>;

/** Whoever was handed a request has it for so long. */
const HANDED_OVER_MS = 10_000;
/** Longer than the function has: whoever began has ended, one way or another. */
const BROKEN_OFF_MS = 120_000;

/** With a request that one, else all that nobody carries out. One that cannot be carried out now stays, and is tried again. */
export const workSlack = (needs: SlackWorkNeeds) => async (input: { request?: string | undefined }): Promise<{ done: number; left: number }> => {
  if (input.request !== undefined) return (await carryOut(needs, input.request, 0)) ? { done: 1, left: 0 } : { done: 0, left: 1 };
  let [done, left] = [0, 0];
  for (const id of await pendingRequests(needs)) {
    const isDone = await carryOut(needs, id, HANDED_OVER_MS).catch((error: unknown) => {
      if (error instanceof SlipwayError) return false;
      throw error;
    });
    if (isDone) done += 1;
    else left += 1;
  }
  return { done, left };
};

/** Answers whether it is over. @throws ProviderUnavailable */
async function carryOut(needs: SlackWorkNeeds, id: string, restMs: number): Promise<boolean> {
  const stored = await findRequest(needs, id);
  if (stored === undefined || stored.value.status === 'done') return true;
  const { request, at, status } = stored.value;
  const age = needs.clock.now() - at;
  if (age < (status === 'begun' ? BROKEN_OFF_MS : restMs)) return false;
  const begun = await begin(needs, stored, request);
  if (begun === null) return false;
  const said = age > ANSWERABLE_MS ? null : status === 'begun' && isChanging(request) ? BROKEN_OFF : await saidTo(needs, request);
  if (said !== null) await reply(needs, request, said);
  await endRequest(needs, id, begun);
  return true;
}

const BROKEN_OFF: Said = { to: 'member', text: 'This was broken off in the middle. Look at what came of it before you say it again: /slipway status' };

/** Null: another one has begun at this moment. */
async function begin(needs: SlackWorkNeeds, stored: Stored<KeptRequest>, request: SlackRequest): Promise<Stored<KeptRequest> | null> {
  try {
    return await beginRequest(needs, stored, request);
  } catch (error) {
    if (error instanceof SlipwayError && error.name === 'Conflict') return null;
    throw error;
  }
}

/** What fails is said too: whoever asked sees that nothing came of it. */
async function saidTo(needs: SlackWorkNeeds, request: SlackRequest): Promise<Said | null> {
  try {
    return await actOn(needs, request);
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    return { to: 'member', text: `This could not be done now: ${error.message} Say it again in a moment.` };
  }
}

/** What was done stands, whether or not Slack takes the answer: an address that is gone is made up for by a note to the member. */
async function reply(needs: SlackWorkNeeds, { replyTo, channel, user }: SlackRequest, { to, ...message }: Said): Promise<void> {
  try {
    if (replyTo !== null && (await needs.slackReplies.send(replyTo, { ...message, response_type: to === 'channel' ? 'in_channel' : 'ephemeral', replace_original: false })) === 'sent') return;
    if (channel !== null) await needs.slackMessages.whisper(channel, user, message);
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
  }
}
