/** Every operation of the API. Routes, OpenAPI document and docs/api.md are made from this list; tests hold them equal. */
import * as approvals from './approvals.ts';
import * as audit from './audit.ts';
import * as delivery from './delivery.ts';
import * as deployments from './deployments.ts';
import * as events from './events.ts';
import * as installation from './installation.ts';
import * as notifications from './notifications.ts';
import { isOperation, type Operation } from './operation.ts';
import * as people from './people.ts';
import * as places from './places.ts';
import * as recordings from './recordings.ts';
import * as releases from './releases.ts';
import * as services from './services.ts';
import * as sessions from './sessions.ts';
import * as slack from './slack.ts';

export const OPERATIONS: readonly Operation[] = [services, releases, deployments, approvals, places, recordings, events, audit, delivery, notifications, installation, sessions, people, slack].flatMap((resource) =>
  // A module's names come in the order of the alphabet.
  (Object.values(resource) as unknown[]).filter(isOperation).sort((one, other) => (one.path === other.path ? (one.method < other.method ? -1 : 1) : one.path < other.path ? -1 : 1)));
