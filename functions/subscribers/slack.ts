/** Shows in Slack what changed. */
import { slackMessages } from '#parts/slack-messages';
import { slackSubscriber } from '../../src/app/slack/subscriber.ts';
import { RelayEvent, subscriberHandler } from '../../src/main/subscriber-handler.ts';

export const Event = RelayEvent;
export const handler = subscriberHandler('slack', slackSubscriber, { slackMessages });
