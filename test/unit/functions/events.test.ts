/** Every sample event is one that its function takes, and the signed ones are signed. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type * as z from 'zod';
import { HOOKS } from '../../../src/contracts/git-hosts/index.ts';
import { bodyOf, HttpEvent, type HttpAnswer } from '../../../src/contracts/http.ts';
import { parseSlackRequest } from '../../../src/contracts/slack/requests.ts';
import { TargetRequest } from '../../../src/contracts/target.ts';
import { GIT_HOSTS, type GitHost } from '../../../src/domain/git-host.ts';
import { slackSignatureHolds } from '../../../src/domain/signature.ts';
import { handler as api } from '../../../functions/api.ts';
import { handler as plan } from '../../../functions/plan.ts';
import { handler as webhook } from '../../../functions/webhook.ts';
import { closedIdentities } from '../../../src/adapters/aws/closed-identities.ts';
import { useLocalParts } from '../../../src/main/local.ts';
import type { Ports } from '../../../src/ports/index.ts';
import { moduleOf, SAMPLE_GITHUB_SECRET, SAMPLE_SLACK_SECRET, samplesOf, STEMS } from './samples.ts';

const schemaOf = async (stem: string): Promise<z.ZodType> => ((await import(`../../../${moduleOf(stem)}.ts`)) as { Event: z.ZodType }).Event;

describe.each(STEMS)('%s', (stem) => {
  it('takes each of its sample events', async () => {
    const schema = await schemaOf(stem);
    const samples = samplesOf(stem);
    expect(samples.length).toBeGreaterThan(0);
    for (const { name, event } of samples) expect({ name, error: schema.safeParse(event).error?.issues }).toEqual({ name, error: undefined });
  });

  it('refuses what is no event', async () => {
    expect((await schemaOf(stem)).safeParse('no event').success).toBe(false);
  });
});

it.each(STEMS.filter((stem) => stem.startsWith('target-')))('each verb of %s has a sample', (stem) => {
  const verbs = TargetRequest.options.map((option) => option.shape.verb.value);
  expect([...new Set(samplesOf(stem).map(({ event }) => TargetRequest.parse(event).verb))].sort()).toEqual([...verbs].sort());
});

describe('signatures', () => {
  it.each(samplesOf('webhook').map(({ name, event }) => [name, HttpEvent.parse(event)] as const))('webhook %s', (name, event) => {
    const host = GIT_HOSTS.find((known) => event.rawPath === `/webhooks/${known}`) as GitHost;
    expect(HOOKS[host].verified(SAMPLE_GITHUB_SECRET, { headers: event.headers, body: bodyOf(event), nowMs: 1_795_176_000_000 })).toBe(name !== 'bad-signature.json');
  });

  it.each(samplesOf('slack').map(({ name, event }) => [name, HttpEvent.parse(event)] as const))('slack %s', (_name, event) => {
    expect(slackSignatureHolds(SAMPLE_SLACK_SECRET, bodyOf(event), event.headers['x-slack-request-timestamp'], event.headers['x-slack-signature'])).toBe(true);
    expect(parseSlackRequest(bodyOf(event))).toMatchObject({ user: 'U024BE7LH', origin: { team: 'T024BE7LD' } });
    expect(JSON.stringify(parseSlackRequest(bodyOf(event)))).toMatch(/catalog.*production/);
  });
});

describe('handlers with their samples', () => {
  afterEach(() => useLocalParts(undefined));
  const context = {} as never;
  /** Only what these samples reach; anything else would fail on the missing port. */
  const use = (ports: Partial<Ports>): void => useLocalParts({ ports: ports as Ports, targets: {}, log: () => undefined });
  const sample = (stem: string, file: string): unknown => samplesOf(stem).find(({ name }) => name === file)?.event;
  const webhookSecrets = { gitHost: async () => SAMPLE_GITHUB_SECRET, slack: async () => SAMPLE_SLACK_SECRET };
  const call = async (handler: unknown, event: unknown): Promise<HttpAnswer> => (handler as (event: unknown, context: never) => Promise<HttpAnswer>)(event, context);

  it('a ping is answered, and a push with a bad signature is refused before it is read', async () => {
    use({ webhookSecrets, clock: { now: () => 1_795_176_000_000 } });
    expect(await call(webhook, sample('webhook', 'ping.json'))).toMatchObject({ statusCode: 200, body: expect.stringContaining('"pong"') });
    expect(await call(webhook, sample('webhook', 'bad-signature.json'))).toMatchObject({ statusCode: 401, headers: { 'content-type': 'application/problem+json' } });
  });

  it('the API refuses whoever shows no token, or one that nobody has', async () => {
    use({ identities: closedIdentities });
    expect(await call(api, sample('api', 'no-token.json'))).toMatchObject({ statusCode: 401 });
    expect(await call(api, sample('api', 'services.json'))).toMatchObject({ statusCode: 401 });
  });

  it('a use case is reached by its sample, and its error has its name', async () => {
    use({ store: { get: async () => undefined, query: async () => ({ items: [], consistency: 'strong' }), transact: async () => undefined } });
    await expect(call(plan, sample('plan', 'sample.json'))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(call(plan, { pipelineId: 'no pipeline', environment: 'production' })).rejects.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('pipelineId') });
  });
});
