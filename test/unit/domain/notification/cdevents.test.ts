/** Every notification that has a CDEvent is one by the specification's schemas. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { cloudEventOf, hasCdevent } from '../../../../src/domain/notification/cdevents.ts';
import { NO_FACTS, type Notification, NOTIFIED } from '../../../../src/domain/notification/notification.ts';
import { Closed, CloudEvent, Created, Custom, Service } from '../../../fakes/cdevents-schemas.ts';

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

describe('by the published schemas', () => {
  const FOLDER = join(import.meta.dirname, '../../../fixtures/cdevents');
  const read = (path: string) => JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as { readonly $id: string };
  const ajv = formats.default(new Ajv2020({ allErrors: true, strict: false, schemas: readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json')).map(read) }));

  it.each([
    ['deployment-succeeded', { stable: null }, 'servicedeployed'], ['deployment-succeeded', {}, 'serviceupgraded'], ['deployment-rolled-back', {}, 'servicerolledback'],
    ['approval-requested', {}, 'custom'], ['approval-approved', { decidedBy: ['carla'] }, 'custom'], ['approval-rejected', { decidedBy: ['carla'] }, 'custom'], ['approval-expired', {}, 'custom'], ['approval-voided', {}, 'custom'],
  ] as const)('%s %j is a %s', (kind, facts, schema) => {
    const { data } = cloudEventOf(notification(kind, facts as Partial<Notification['facts']>), '1700000000000-0123456789abcdef', { publicUrl: 'https://slipway.example.com' }) as { data: object };
    const holds = ajv.getSchema(read(`${schema}.json`).$id);
    expect([holds?.(data), holds?.errors]).toEqual([true, null]);
    expect(holds?.({ ...data, more: 1 })).toBe(false);
    expect(holds?.({ ...data, subject: { id: 'services/catalog' } })).toBe(false);
  });
});

it('names the artifact by its digest, whatever its label is', () => {
  const { data } = cloudEventOf(notification('deployment-succeeded'), 'x', { publicUrl: null }) as { data: { subject: { content: { artifactId: string } } } };
  expect(data.subject.content.artifactId).toBe(`pkg:generic/catalog@1.4.0%2Bb%201?checksum=sha256%3A${'a'.repeat(64)}`);
});

it('says of every kind whether there is a CDEvent of it', () => {
  expect(NOTIFIED.filter((kind) => hasCdevent({ kind })).sort()).toEqual([...new Set([...KINDS.map(([kind]) => kind), 'test'])].sort());
});
