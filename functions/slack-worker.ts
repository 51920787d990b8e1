/** Carries out a request of Slack; without one, all that nobody carries out. */
import * as z from 'zod';
import { slackMessages } from '#parts/slack-messages';
import { workSlack } from '../src/app/slack/work.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.object({ request: z.string().regex(/^[0-9a-f]{32}$/).optional() });
export const handler = useCaseHandler(Event, workSlack, { slackMessages });
