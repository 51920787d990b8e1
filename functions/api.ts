/** The REST API. The same hono app answers in Lambda and in `slipway up`. */
import { artifactFiles, artifacts, builder, commands, gitHosts, httpChecks, jobCredentials, jobEvents, judge, logInProvider, replays, secrets, senders, slackHandover, slackMessages, sources, subscriberQueues, webhookSecrets } from '#parts/absent';
import { identities } from '#parts/identities';
import { instanceLogs } from '#parts/instance-logs';
import { metrics } from '#parts/metrics';
import { recordingFiles } from '#parts/recording-files';
import { HttpEvent } from '../src/contracts/http.ts';
import { apiHandler } from '../src/api/app.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => apiHandler(ports), { artifacts, artifactFiles, gitHosts, identities, instanceLogs, builder, commands, httpChecks, jobCredentials, jobEvents, judge, logInProvider, metrics, recordingFiles, replays, secrets, senders, slackHandover, slackMessages, sources, subscriberQueues, webhookSecrets });
