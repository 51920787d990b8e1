/** The REST API, but for what functions of their own answer. */
import { OPENAPI } from './document.ts';
import type { HttpAnswer, HttpEvent } from '../contracts/http.ts';
import type { Ports } from '../ports/index.ts';
import { approvalBindings } from './approvals.ts';
import { auditBindings } from './audit.ts';
import { compressed } from './compressed.ts';
import { deliveryBindings } from './delivery.ts';
import { deploymentBindings } from './deployments.ts';
import { eventBindings } from './events.ts';
import { installationBindings } from './installation.ts';
import { notificationBindings } from './notifications.ts';
import { peopleBindings } from './people.ts';
import { placeBindings } from './places.ts';
import { releaseBindings } from './releases.ts';
import { recordingBindings } from './recordings.ts';
import { serviceBindings } from './services.ts';
import { sessionBindings } from './sessions.ts';
import { slackBindings } from './slack.ts';
import { behindGateway, DOCUMENT_PATH, httpApp } from './http-app.ts';
import { notModified, written, type ApiApp } from './routing.ts';
import type { Binding } from './serve.ts';

export const BINDINGS: readonly Binding[] = [...serviceBindings, ...deploymentBindings, ...approvalBindings, ...placeBindings, ...recordingBindings, ...releaseBindings, ...auditBindings, ...deliveryBindings, ...eventBindings, ...notificationBindings, ...installationBindings, ...peopleBindings, ...sessionBindings, ...slackBindings];

/** @param bindings tests serve those of all functions */
export const apiApp = (ports: Ports, bindings: readonly Binding[] = BINDINGS): ApiApp => httpApp(ports, bindings, (app) => {
  app.get(DOCUMENT_PATH, (context) => notModified(context, written(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }, OPENAPI())));
});

export const apiHandler = (ports: Ports): ((event: HttpEvent) => Promise<HttpAnswer>) => compressed(behindGateway(apiApp(ports)));
