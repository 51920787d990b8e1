/** Logs people in: says how, and opens a session for what their browser brings back. Anybody may call it, so it may do nothing else. */
import { artifactFiles, artifacts, builder, commands, gitHosts, httpChecks, identities, instanceLogs, jobCredentials, jobEvents, judge, metrics, recordingFiles, replays, senders, slackHandover, slackMessages, sources, subscriberQueues, webhookSecrets } from '#parts/absent';
import { logInProvider } from '#parts/log-in-provider';
import { secrets } from '#parts/secrets';
import { HttpEvent } from '../src/contracts/http.ts';
import { logInHandler } from '../src/api/log-in.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => logInHandler(ports), { logInProvider, secrets, artifactFiles, artifacts, builder, commands, gitHosts, httpChecks, identities, instanceLogs, jobCredentials, jobEvents, judge, metrics, recordingFiles, replays, senders, slackHandover, slackMessages, sources, subscriberQueues, webhookSecrets });
