/** Registers an artifact that an outside CI built: the one operation of the API that reads a manifest. */
import { artifactFiles, builder, commands, gitHosts, httpChecks, jobCredentials, jobEvents, judge, logInProvider, metrics, recordingFiles, replays, secrets, senders, slackHandover, slackMessages, sources, subscriberQueues, webhookSecrets } from '#parts/absent';
import { artifacts } from '#parts/artifacts';
import { identities } from '#parts/identities';
import { instanceLogs } from '#parts/instance-logs';
import { HttpEvent } from '../src/contracts/http.ts';
import { artifactsHandler } from '../src/api/artifacts.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => artifactsHandler(ports), { artifacts, artifactFiles, recordingFiles, replays, identities, instanceLogs, builder, commands, gitHosts, httpChecks, jobCredentials, jobEvents, judge, logInProvider, metrics, secrets, senders, slackHandover, slackMessages, sources, subscriberQueues, webhookSecrets });
