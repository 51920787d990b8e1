/**
 * CDEvents as the specification's schemas at v0.5.1 have them, written down here field by field:
 * https://github.com/cdevents/spec/tree/v0.5.1/schemas (service deployed, upgraded, rolledback) and .../custom/schema.json; for approvals the content of
 * https://github.com/cdevents/spec/blob/main/schemas/approvalcreated.json and approvalclosed.json, which are a draft.
 */
import * as z from 'zod';

const Text = z.string().min(1);
/** https://www.rfc-editor.org/rfc/rfc3986#section-4.1 */
const UriReference = Text.regex(/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/);
const context = (type: z.ZodType) => z.strictObject({ specversion: z.literal('0.5.1'), id: Text, source: UriReference, type, timestamp: z.iso.datetime(), chainId: Text.optional(), schemaUri: z.url().optional(), links: z.array(z.unknown()).optional() });
const subject = (content: z.ZodType) => z.strictObject({ id: Text, source: UriReference.optional(), content });
const event = (type: z.ZodType, content: z.ZodType) => z.strictObject({ context: context(type), subject: subject(content), customData: z.record(z.string(), z.unknown()).optional(), customDataContentType: z.string().optional() });

export const Service = (predicate: string) => event(z.literal(`dev.cdevents.service.${predicate}.0.3.0`), z.strictObject({ environment: z.strictObject({ id: Text, source: UriReference.optional() }), artifactId: Text.regex(/^pkg:generic\/[^@\s]+@[^?\s]+(?:\?checksum=[^\s]+)?$/) }));
export const Custom = (predicate: string, content: z.ZodType) => event(z.literal(`dev.cdeventsx.slipway-approval.${predicate}.0.1.0`).and(z.string().regex(/^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$/)), content);
export const Created = z.strictObject({ approvalDetailsUrl: Text, resourceTargetUrl: Text, requestor: Text.regex(/^urn:/) });
export const Closed = z.strictObject({
  approvalDetailsUrl: Text, resourceTargetUrl: Text, responder: Text.regex(/^urn:/),
  decision: z.enum(['escalated', 'delegate', 'deferred', 'requestChanges', 'approved', 'rejected']), status: z.enum(['approved', 'rejected', 'cancelled', 'expired']),
});

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/cloudevents.json */
export const CloudEvent = (data: z.ZodType) => z.strictObject({ specversion: z.literal('1.0'), id: Text, source: UriReference, type: Text, subject: Text, time: z.iso.datetime(), datacontenttype: z.literal('application/json'), data });
