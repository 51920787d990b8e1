/**
 * Notifications as CDEvents 0.5.1 in CloudEvents' structured mode.
 * https://github.com/cdevents/spec/blob/v0.5.1/continuous-deployment.md, https://github.com/cdevents/spec/blob/v0.5.1/cloudevents-binding.md
 * No released version has approvals yet; they go as custom events with the fields that the draft of 0.6 gives them:
 * https://github.com/cdevents/spec/tree/v0.5.1/custom, https://github.com/cdevents/spec/blob/main/schemas/approvalcreated.json
 */
import type { Notification, Notified } from './notification.ts';

export const CDEVENTS_VERSION = '0.5.1';
export const CLOUDEVENTS_TYPE = 'application/cloudevents+json';

const SERVICE = { deployed: 'dev.cdevents.service.deployed.0.3.0', upgraded: 'dev.cdevents.service.upgraded.0.3.0', rolledback: 'dev.cdevents.service.rolledback.0.3.0' } as const;
const APPROVAL = { created: 'dev.cdeventsx.slipway-approval.created.0.1.0', closed: 'dev.cdeventsx.slipway-approval.closed.0.1.0' } as const;

/** How the draft calls the ends of an approval: its decision, and the state that it ends in. */
const CLOSED: Partial<Record<Notified, { readonly decision: string; readonly status: string }>> = {
  'approval-approved': { decision: 'approved', status: 'approved' }, 'approval-rejected': { decision: 'rejected', status: 'rejected' },
  'approval-expired': { decision: 'deferred', status: 'expired' }, 'approval-voided': { decision: 'deferred', status: 'cancelled' },
};

export const hasCdevent = ({ kind }: Pick<Notification, 'kind'>): boolean => ['deployment-succeeded', 'deployment-rolled-back', 'approval-requested', 'test'].includes(kind) || CLOSED[kind] !== undefined;

/** `source`: the installation, as an absolute reference where it has an address. */
export interface Source {
  readonly publicUrl: string | null;
}

const sourceOf = ({ publicUrl }: Source): string => publicUrl ?? '/slipway';

/** https://github.com/package-url/purl-spec: a generic package, whose version is its label and whose checksum is its digest. */
function purl({ service, facts: { version, digest } }: Notification): string {
  const checksum = digest === null ? '' : `?checksum=${encodeURIComponent(digest)}`;
  return `pkg:generic/${encodeURIComponent(service ?? 'slipway')}@${encodeURIComponent(version ?? '0')}${checksum}`;
}

function eventOf(notification: Notification, source: Source): { readonly type: string; readonly subject: { readonly id: string; readonly source: string; readonly content: Readonly<Record<string, unknown>> } } {
  const { kind, service, environment, facts } = notification;
  const from = sourceOf(source);
  const place = `services/${service ?? 'slipway'}`;
  const closed = CLOSED[kind];
  if (kind === 'approval-requested' || closed !== undefined) {
    const who = (name: string): string => `urn:slipway:identity:${encodeURIComponent(name)}`;
    const content = { approvalDetailsUrl: notification.url ?? `${from}/approvals/${facts.approval ?? ''}`, resourceTargetUrl: `${from}/services/${service ?? ''}/environments/${environment ?? ''}` };
    const subject = { id: `approvals/${facts.approval ?? ''}`, source: from };
    return closed === undefined
      ? { type: APPROVAL.created, subject: { ...subject, content: { ...content, requestor: who(facts.author ?? 'slipway') } } }
      : { type: APPROVAL.closed, subject: { ...subject, content: { ...content, responder: who(facts.decidedBy.at(-1) ?? 'slipway'), ...closed } } };
  }
  const type = kind === 'deployment-rolled-back' ? SERVICE.rolledback : facts.stable === null ? SERVICE.deployed : SERVICE.upgraded;
  return { type, subject: { id: place, source: from, content: { environment: { id: environment ?? 'none', source: from }, artifactId: purl(notification) } } };
}

/**
 * The whole CloudEvent. What CDEvents has no field for stands in its custom data.
 * @param id of the notice: the same in every attempt
 */
export function cloudEventOf(notification: Notification, id: string, source: Source): Readonly<Record<string, unknown>> {
  const { type, subject } = eventOf(notification, source);
  const time = new Date(notification.at).toISOString();
  const { facts, pipeline, team, title, severity, kind } = notification;
  const context = { specversion: CDEVENTS_VERSION, id, source: sourceOf(source), type, timestamp: time, ...(pipeline === null ? {} : { chainId: pipeline }) };
  return {
    specversion: '1.0', id, source: context.source, type, subject: subject.id, time, datacontenttype: 'application/json',
    data: { context, subject, customData: { kind, title, severity, team, pipeline, ...facts }, customDataContentType: 'application/json' },
  };
}
