/** Looks whether the Slack app is connected, and says what is missing. */
import { artifactFiles, artifacts, builder, commands, gitHosts, httpChecks, instanceLogs, jobCredentials, jobEvents, judge, logInProvider, metrics, recordingFiles, replays, secrets, slackHandover, sources, subscriberQueues } from '#parts/absent';
import { identities } from '#parts/identities';
import { senders } from '#parts/senders';
import { slackMessages } from '#parts/slack-messages';
import { webhookSecrets } from '#parts/webhook-secrets';
import { HttpEvent } from '../src/contracts/http.ts';
import { slackConnectHandler } from '../src/api/slack-connect.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => slackConnectHandler(ports), { identities, senders, slackMessages, webhookSecrets, artifactFiles, artifacts, builder, commands, gitHosts, httpChecks, instanceLogs, jobCredentials, jobEvents, judge, logInProvider, metrics, recordingFiles, replays, secrets, slackHandover, sources, subscriberQueues });
