/** Logging in: what anybody may ask for, so a function of its own answers, which may do nothing else. */
import { clientOf, logIn, logInProviderOf } from '../app/log-in/log-in.ts';
import * as operations from '../contracts/api/sessions.ts';
import type { HttpAnswer, HttpEvent } from '../contracts/http.ts';
import type { Ports } from '../ports/index.ts';
import { behindGateway, httpApp } from './http-app.ts';
import { bindOpen } from './serve.ts';
import { openedValue } from './sessions.ts';

export const logInBindings = [
  bindOpen(operations.readLogIn, async (ports) => {
    const found = await logInProviderOf(ports);
    if (found === null) return { value: { provider: null } };
    const { provider, logIn: registered } = found;
    return { value: { provider: {
      issuer: provider.issuer, authorizationEndpoint: await ports.logInProvider.authorizationEndpoint(provider), scopes: registered.scopes,
      clients: { console: clientOf(registered, 'console').id, 'command-line': clientOf(registered, 'command-line').id },
    } } };
  }),
  bindOpen(operations.logIn, async (ports, { body, from }) => ({ value: openedValue(await logIn(ports)(body, from)) })),
];

export const logInHandler = (ports: Ports): ((event: HttpEvent) => Promise<HttpAnswer>) => behindGateway(httpApp(ports, logInBindings));
