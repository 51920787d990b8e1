/**
 * CDEvents as the specification's schemas at v0.5.1 have them, written down here field by field:
 * https://github.com/cdevents/spec/tree/v0.5.1/schemas (service deployed, upgraded, rolledback) and .../custom/schema.json; for approvals the content of
 * https://github.com/cdevents/spec/blob/main/schemas/approvalcreated.json and approvalclosed.json, which are a draft.
 */
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { cloudEventOf, hasCdevent } from '../../../../src/domain/notification/cdevents.ts';
import { NO_FACTS, type Notification, NOTIFIED } from '../../../../src/domain/notification/notification.ts';

const Text = z.string().min(1);
/** https://www.rfc-editor.org/rfc/rfc3986#section-4.1 */
const UriReference = Text.regex(/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/);
const context = (type: z.ZodType) => z.strictObject({ specversion: z.literal('0.5.1'), id: Text, source: UriReference, type, timestamp: z.iso.datetime(), chainId: Text.optional(), schemaUri: z.url().optional(), links: z.array(z.unknown()).optional() });
const subject = (content: z.ZodType) => z.strictObject({ id: Text, source: UriReference.optional(), content });
const event = (type: z.ZodType, content: z.ZodType) => z.strictObject({ context: context(type), subject: subject(content), customData: z.record(z.string(), z.unknown()).optional(), customDataContentType: z.string().optional() });

const Service = (predicate: string) => event(z.literal(`dev.cdevents.service.${predicate}.0.3.0`), z.strictObject({ environment: z.strictObject({ id: Text, source: UriReference.optional() }), artifactId: Text.regex(/^pkg:generic\/[^@\s]+@[^?\s]+(?:\?checksum=[^\s]+)?$/) }));
const Custom = (predicate: string, content: z.ZodType) => event(z.literal(`dev.cdeventsx.slipway-approval.${predicate}.0.1.0`).and(z.string().regex(/^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$/)), content);
const Created = z.strictObject({ approvalDetailsUrl: Text, resourceTargetUrl: Text, requestor: Text.regex(/^urn:/) });
const Closed = z.strictObject({
  approvalDetailsUrl: Text, resourceTargetUrl: Text, responder: Text.regex(/^urn:/),
  decision: z.enum(['escalated', 'delegate', 'deferred', 'requestChanges', 'approved', 'rejected']), status: z.enum(['approved', 'rejected', 'cancelled', 'expired']),
});

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/cloudevents.json */
const CloudEvent = (data: z.ZodType) => z.strictObject({ specversion: z.literal('1.0'), id: Text, source: UriReference, type: Text, subject: Text, time: z.iso.datetime(), datacontenttype: z.literal('application/json'), data });

const notification = (kind: Notification['kind'], facts: Partial<Notification['facts']> = {}): Notification => ({
  id: `${kind}:x`, kind, severity: 'info', at: 1_700_000_000_000, service: 'catalog', team: 'shop', environment: 'production', pipeline: 'catalog-7', title: 'A title', text: 'A text', url: null,
  facts: { ...NO_FACTS, deployment: 'catalog-7-production', version: '1.4.0+b 1', digest: `sha256:${'a'.repeat(64)}`, stable: 'catalog-6-production', approval: 'catalog-7-production-approval', author: 'anna b@example.com', ...facts },
} as unknown as Notification);

const KINDS = [
  ['deployment-succeeded', { stable: null }, Service('deployed')], ['deployment-succeeded', {}, Service('upgraded')], ['deployment-rolled-back', {}, Service('rolledback')],
  ['approval-requested', {}, Custom('created', Created)], ['approval-approved', { decidedBy: ['carla'] }, Custom('closed', Closed)], ['approval-rejected', { decidedBy: ['carla'] }, Custom('closed', Closed)],
  ['approval-expired', {}, Custom('closed', Closed)], ['approval-voided', {}, Custom('closed', Closed)],
] as const;

describe.each([null, 'https://slipway.example.com'])('with the address %s', (publicUrl) => {
  it.each(KINDS)('%s %j is what the schema wants', (kind, facts, schema) => {
    const told = notification(kind, facts as Partial<Notification['facts']>);
    const whole = cloudEventOf(told, '1700000000000-0123456789abcdef', { publicUrl });
    expect(CloudEvent(schema).safeParse(whole).error?.issues).toBeUndefined();
    const { data } = whole as { data: { context: { id: string; type: string; timestamp: string; source: string }; subject: { id: string } } };
    expect(whole).toMatchObject({ id: data.context.id, type: data.context.type, time: data.context.timestamp, source: data.context.source, subject: data.subject.id });
  });
});

it('names the artifact by its digest, whatever its label is', () => {
  const { data } = cloudEventOf(notification('deployment-succeeded'), 'x', { publicUrl: null }) as { data: { subject: { content: { artifactId: string } } } };
  expect(data.subject.content.artifactId).toBe(`pkg:generic/catalog@1.4.0%2Bb%201?checksum=sha256%3A${'a'.repeat(64)}`);
});

it('says of every kind whether there is a CDEvent of it', () => {
  expect(NOTIFIED.filter((kind) => hasCdevent({ kind })).sort()).toEqual([...new Set([...KINDS.map(([kind]) => kind), 'test'])].sort());
});
