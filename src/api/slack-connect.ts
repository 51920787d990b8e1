/** Looks at the Slack app. It reads the app's secrets and sends requests out, so a function of its own answers. */
import { checkSlack } from '../app/slack/connect.ts';
import * as operations from '../contracts/api/slack.ts';
import type { HttpAnswer, HttpEvent } from '../contracts/http.ts';
import type { Ports } from '../ports/index.ts';
import { installation } from './access.ts';
import { behindGateway, httpApp } from './http-app.ts';
import { bind } from './serve.ts';

export const slackConnectBindings = [bind(operations.checkSlack, installation, async (ports, { body: { url } }) => ({ value: { checks: [...await checkSlack(ports)(url ?? null)] } }))];

export const slackConnectHandler = (ports: Ports): ((event: HttpEvent) => Promise<HttpAnswer>) => behindGateway(httpApp(ports, slackConnectBindings));
