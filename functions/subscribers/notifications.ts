/** Tells whom the rules of environments.yaml name; and again, whom it could not tell before. */
import { secrets } from '#parts/secrets';
import { senders } from '#parts/senders';
import { slackMessages } from '#parts/slack-messages';
import { runNotifications } from '../../src/app/notify/run.ts';
import { useCaseHandler } from '../../src/main/handler.ts';
import { RelayEvent, relayFigures } from '../../src/main/subscriber-handler.ts';

export const Event = RelayEvent;
export const handler = useCaseHandler(Event, runNotifications, { secrets, senders, slackMessages }, (run, now) => [
  ...relayFigures('notifications', run, now),
  ...(['delivered', 'failed'] as const).flatMap((outcome) => ((run.notices?.[outcome] ?? 0) > 0 ? [{ name: 'Notices', value: run.notices?.[outcome] ?? 0, outcome } as const] : [])),
]);
