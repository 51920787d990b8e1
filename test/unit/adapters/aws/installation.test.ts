/** The small parts of the platform on AWS: configuration, environments, secrets, and what is not there. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closedIdentities } from '../../../../src/adapters/aws/closed-identities.ts';
import { createEnvironmentsItem, ENVIRONMENTS_KEY } from '../../../../src/adapters/aws/environments-item.ts';
import { credentialIn } from '../../../../src/adapters/aws/http-git/credentials.ts';
import { recordersNotSupported } from '../../../../src/adapters/aws/not-supported.ts';
import { createWebhookSecrets } from '../../../../src/adapters/aws/webhook-secrets.ts';
import { openSqliteStore } from '../../../../src/adapters/local/sqlite-store.ts';
import { systemClock } from '../../../../src/adapters/local/system-clock.ts';
import { awsConfig } from '../../../../src/config.ts';
import { Identity } from '../../../../src/domain/ids.ts';
import { platform } from '../../../../src/main/aws.ts';
import { target } from '../../../../src/main/aws/targets/process.ts';

const refusalOf = (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => error);

describe('configuration', () => {
  const PREFIX = 'arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-';

  it('of a function that starts executions', () => {
    expect(awsConfig({ SLIPWAY_TABLE: 'slipway-state', SLIPWAY_MACHINE_ARN_PREFIX: PREFIX, SLIPWAY_TARGETS: 'ecs,my-own', SLIPWAY_GITHUB_SECRET: 'secretsmanager:slipway/github', SLIPWAY_ARTIFACT_BUCKET: 'slipway-artifacts', SLIPWAY_BUILD_PROJECT: 'slipway-jobs' }))
      .toEqual({ table: 'slipway-state', machineArnPrefix: PREFIX, targets: ['ecs', 'my-own'], artifactBucket: 'slipway-artifacts', buildProject: 'slipway-jobs', gitCredentials: null, alertsTopic: null, githubSecret: 'secretsmanager:slipway/github', gitWebhookSecrets: null, slackSecret: null, slackToken: null, slackOrigin: 'https://slack.com', subscriberQueues: null, publicUrl: null });
  });

  it('leaves out what a function was not given', () => {
    expect(awsConfig({ SLIPWAY_TABLE: 'slipway-state', SLIPWAY_TARGETS: '', SLIPWAY_SLACK_SECRET: '' })).toMatchObject({ machineArnPrefix: null, targets: [], artifactBucket: null, buildProject: null, githubSecret: null, slackSecret: null });
  });

  it.each([[{}, 'SLIPWAY_TABLE'], [{ SLIPWAY_TABLE: 't t' }, 'SLIPWAY_TABLE'], [{ SLIPWAY_TABLE: 'items', SLIPWAY_MACHINE_ARN_PREFIX: 'arn:${AWS::Partition}:states' }, 'SLIPWAY_MACHINE_ARN_PREFIX'],
    [{ SLIPWAY_TABLE: 'items', SLIPWAY_TARGETS: 'ECS' }, 'SLIPWAY_TARGETS'], [{ SLIPWAY_TABLE: 'items', SLIPWAY_PUBLIC_URL: 'http://x' }, 'SLIPWAY_PUBLIC_URL']])('%j is refused for %s', (given, variable) => {
    expect(() => awsConfig(given)).toThrow(variable);
  });

  it('a function without its configuration says what is missing, and knows no target of one machine', async () => {
    expect(await refusalOf(platform.ports())).toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('SLIPWAY_TABLE') });
    expect(await refusalOf(target('process'))).toMatchObject({ name: 'NotSupported', message: expect.stringContaining('slipway up') });
  });
});

describe('environments', () => {
  const store = openSqliteStore({ path: join(mkdtempSync(join(tmpdir(), 'slipway-')), 'state.db'), clock: systemClock });
  const source = createEnvironmentsItem({ store });
  const put = async (value: unknown) => {
    const before = await store.get(ENVIRONMENTS_KEY);
    await store.transact([{ kind: 'put', key: ENVIRONMENTS_KEY, value, condition: before === undefined ? { absent: true } : { generation: before.generation } }]);
  };
  const two = [{ name: 'staging', kind: 'staging', wave: 1 }, { name: 'production', kind: 'production', wave: 2, zones: ['a', 'b'] }];
  afterEach(async () => {
    const left = await store.get(ENVIRONMENTS_KEY);
    if (left !== undefined) await store.transact([{ kind: 'delete', key: ENVIRONMENTS_KEY, condition: { generation: left.generation } }]);
  });

  it('are read as they are now, with their defaults', async () => {
    await put({ environments: two });
    expect((await source.read()).environments.map(({ name, zones }) => [name, zones])).toEqual([['staging', ['a']], ['production', ['a', 'b']]]);
    await put({ environments: two, defaults: { zones: ['c'] } });
    expect((await source.read()).environments[0]?.zones).toEqual(['c']);
  });

  it('that nobody has put are not there, and the way to put them is named', async () => {
    expect(await refusalOf(source.read())).toMatchObject({ name: 'NotFound', message: expect.stringContaining('docs/aws.md') });
  });

  it('with mistakes are refused, each with its field', async () => {
    await put({ environments: [{ name: 'Staging', kind: 'staging', wave: 0 }] });
    expect(await refusalOf(source.read())).toMatchObject({ name: 'InvalidManifest', evidence: { issues: [{ path: 'environments.0.name' }, { path: 'environments.0.wave' }] } });
    await put({ environments: [{ ...two[0], instances: 1, minimumHealthy: 2 }, two[1]] });
    expect(await refusalOf(source.read())).toMatchObject({ name: 'InvalidManifest', evidence: { issues: [{ path: 'environments.0.minimumHealthy' }] } });
  });
});

describe('what fails closed', () => {
  it('a secret that was not given verifies nothing', async () => {
    const secrets = createWebhookSecrets({ secrets: { resolve: async (reference) => `value of ${reference}` }, github: 'ssm:/github', gitHosts: 'secretsmanager:slipway/git-webhooks', slack: null });
    expect(await secrets.gitHost('github')).toBe('value of ssm:/github');
    expect(await secrets.gitHost('gitlab')).toBe('value of secretsmanager:slipway/git-webhooks#gitlab');
    await expect(createWebhookSecrets({ secrets: { resolve: async () => '' }, github: 'ssm:/github', gitHosts: null, slack: null }).gitHost('gitea')).rejects.toMatchObject({ name: 'Unauthenticated', message: expect.stringContaining('gitWebhooks') });
    expect(await refusalOf(secrets.slack())).toMatchObject({ name: 'NotFound', message: expect.stringContaining('SLIPWAY_SLACK_SECRET') });
  });

  it('nobody has a token', async () => {
    expect(await closedIdentities.byToken('anything')).toBeNull();
    expect(await closedIdentities.list()).toEqual([]);
    expect(await refusalOf(closedIdentities.add(Identity.parse('anna')))).toMatchObject({ name: 'NotSupported' });
  });

  it('what this platform does not have yet says so', async () => {
    expect(await refusalOf(recordersNotSupported.begin('catalog' as never, 'staging' as never, {} as never))).toMatchObject({ name: 'NotSupported', message: expect.stringContaining('slipway recording import') });
  });

  it('the credentials of git hosts: of the host that asks, and no other', async () => {
    const from = (value: string) => credentialIn({ resolve: async () => value }, 'slipway/git-credentials');
    expect(await from('{"github.com":"x:secret"}')('github.com')).toBe('x:secret');
    expect(await from('{"github.com":"x:secret"}')('example.com')).toBeNull();
    expect(await from('{}')('constructor')).toBeNull();
    expect(await credentialIn({ resolve: () => Promise.reject(new Error('asked')) }, null)('github.com')).toBeNull();
    for (const value of ['hunter2', '["hunter2"]', '{"github.com":"hunter2"}']) {
      const refused = (await refusalOf(from(value)('github.com'))) as Error;
      expect(refused).toMatchObject({ name: 'InvalidInput' });
      expect(refused.message).not.toContain('hunter2');
    }
  });
});
