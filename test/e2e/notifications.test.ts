/** `slipway up` with rules for notifications: webhooks, CDEvents and mail arrive in the end, whatever the receivers do meanwhile. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { z } from 'zod';
import { writePrivate } from '../../src/main/private-file.ts';
import { Closed, CloudEvent, Created, Custom, Service } from '../fakes/cdevents-schemas.ts';
import { type Received, type Receiver, startReceiver } from '../fakes/receiver.ts';
import { type SmtpServer, startSmtpServer } from '../fakes/smtp-server.ts';
import { program, serviceFiles } from './rig/example-service.ts';
import { ENVIRONMENTS } from './rig/installation.ts';
import { eventually } from './rig/patience.ts';
import { createRepository, type Repository } from './rig/repository.ts';
import { Supervised } from './rig/supervised.ts';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
let at: Supervised;
let failing: Receiver;
let away: Receiver;
let events: Receiver;
let mail: SmtpServer;
let repository: Repository;

const RULES = () => `${ENVIRONMENTS}notifications:
  mail: { server: "${mail.url}", from: slipway@example.com }
  rules:
    - { name: production, environments: [production], events: [deployment-succeeded, approval-requested], to: [{ kind: webhook, url: "${failing.url}/hook", secret: hook }] }
    - { name: away, events: [pipeline-succeeded, pipeline-failed], to: [{ kind: webhook, url: "${away.url}/hook", secret: hook }] }
    - { name: events, to: [{ kind: cdevents, url: "${events.url}/", secret: hook }] }
    - { name: people, events: [deployment-rolled-back], to: [{ kind: email, to: [on-call@example.com] }] }
    - { name: nobody, teams: [others], to: [{ kind: webhook, url: "${failing.url}/others", secret: hook }] }
`;

beforeAll(async () => {
  [failing, away, events, mail] = [await startReceiver(), await startReceiver(), await startReceiver(), await startSmtpServer()];
  at = new Supervised();
  writePrivate(join(at.home.secrets, 'hook'), `${SECRET}\n`);
  writeFileSync(at.home.environments, RULES());
  at.up();
  await at.serving();
  repository = createRepository(at.folder, 'catalog');
  repository.write(serviceFiles('catalog', { strategy: 'all-at-once', rollout: { batches: [100], watch: 0, interval: '100ms', drain: 0 }, tests: [{ name: 'front page', http: { path: '/' } }] }));
  await at.client.post('/v1/repositories', { url: repository.url });
}, 60_000);
afterAll(async () => {
  await at?.close();
  for (const one of [failing, away, events, mail]) await one?.close();
}, 60_000);

async function released(message: string): Promise<string> {
  const { delivery } = await at.client.webhook(repository, repository.push(message));
  const [id = ''] = (await at.client.decided(delivery)).admitted;
  await at.client.approvedToTheEnd(id);
  return id;
}
/** By the reference implementation of the specification's authors. @throws when the signature or the time does not hold */
const verified = ({ body, headers }: Received) => new Webhook(SECRET).verify(body, headers as Record<string, string>) as { type: string; data: Record<string, unknown> };
const idOf = ({ headers }: Received) => String(headers['webhook-id']);
const parsed = ({ body }: Received) => JSON.parse(body) as { type: string; subject: string; id: string; data: { subject: { content: Record<string, unknown> } } };

it('a receiver that fails is told again with the same id, one that is away is told when it is back, and the others at once', async () => {
  away.isAway = true;
  let failures = 2;
  failing.answers = (response) => { response.writeHead((failures -= 1) >= 0 ? 500 : 204).end(); };
  const first = await released('first');
  // While one fails and one is away, the third has been told all.
  await eventually('CDEvents of both environments', () => events.received.map(parsed).filter(({ type }) => type === 'dev.cdevents.service.deployed.0.3.0').length === 2);

  away.isAway = false;
  await eventually('who was away is told', () => away.received.map(verified).some(({ type, data }) => type === 'slipway.pipeline-succeeded' && data['pipeline'] === first));
  await eventually('who failed has taken both', () => failing.received.length === 4);
  const messages = failing.received.map(verified);
  expect(messages.map(({ type, data }) => `${type} ${String(data['environment'])}`)).toEqual([...Array.from({ length: 3 }, () => 'slipway.approval-requested production'), 'slipway.deployment-succeeded production']);
  const [one = '', two = '', three = '', other = ''] = failing.received.map(idOf);
  expect([two, three]).toEqual([one, one]);
  expect(other).not.toBe(one);
  // 5 s, then 10 s, with a jitter of a fifth.
  const [begun = 0, again = 0, last = 0] = failing.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  expect([again - begun >= 3, last - again >= 7]).toEqual([true, true]);
  expect(failing.received.every(({ path }) => path === '/hook')).toBe(true);
  expect(() => new Webhook(`whsec_${randomBytes(32).toString('base64')}`).verify(failing.received[0]?.body ?? '', failing.received[0]?.headers as Record<string, string>)).toThrow();
  const notices = await at.client.get<{ rule: string; status: { kind: string } }[]>('/v1/notifications/notices');
  expect(notices.filter(({ rule }) => rule === 'nobody')).toEqual([]);
}, 120_000);

it('every CDEvent is what the specification says, from the first release to one that was rolled back; and people get mail', async () => {
  repository.write({ 'catalog/server.js': program({ says: 'two' }) });
  const second = await released('two');
  repository.write({ 'catalog/server.js': program({ failOneIn: 1 }) });
  const third = await released('three');
  expect((await at.client.pipeline(third)).pipeline.status).toMatchObject({ kind: 'failed', error: 'TestsFailed' });

  const types = () => events.received.map(parsed).map(({ type }) => type.replace(/^dev\.cdeventsx?\./, '').replace(/\.\d+\.\d+\.\d+$/, ''));
  await eventually('the rollback is told', () => types().includes('service.rolledback'));
  expect(types().toSorted()).toEqual(['service.deployed', 'service.deployed', 'service.rolledback', 'service.upgraded', 'service.upgraded', 'slipway-approval.closed', 'slipway-approval.closed', 'slipway-approval.created', 'slipway-approval.created']);
  const schemas: Record<string, z.ZodType> = { 'service.deployed': Service('deployed'), 'service.upgraded': Service('upgraded'), 'service.rolledback': Service('rolledback'), 'slipway-approval.created': Custom('created', Created), 'slipway-approval.closed': Custom('closed', Closed) };
  for (const [index, one] of events.received.entries()) {
    expect(one.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    verified(one);
    expect(CloudEvent(schemas[types()[index] ?? ''] as z.ZodType).safeParse(JSON.parse(one.body)).error?.issues).toBeUndefined();
  }
  expect(new Set(events.received.map(parsed).map(({ id }) => id)).size).toBe(events.received.length);
  const approved = events.received.map(parsed).filter(({ type }) => type.includes('approval.closed')).map(({ data }) => data.subject.content);
  expect(approved).toEqual([1, 2].map(() => expect.objectContaining({ decision: 'approved', status: 'approved', responder: 'urn:slipway:identity:anna' })));

  const letter = await eventually('a letter', () => mail.letters[0]);
  expect([letter.to.join(), letter.from]).toEqual([expect.stringContaining('on-call@example.com'), expect.stringContaining('slipway@example.com')]);
  expect(letter.text).toMatch(/Subject: [^\n]*catalog/);
  expect(mail.letters).toHaveLength(1);
  await eventually('who was away is told at once now', () => [second, third].every((id) => away.received.map(verified).some(({ data }) => data['pipeline'] === id)));
}, 120_000);
