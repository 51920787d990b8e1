/** Secrets of Secrets Manager and the Parameter Store: their contract, what is kept, and for how long. */
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAwsSecrets, SECRETS_KEPT_SECONDS } from '../../src/adapters/aws/aws-secrets.ts';
import { sdkSecretCalls } from '../fakes/sdk-secrets.ts';
import { parseSecretReference } from '../../src/domain/secret-reference.ts';
import { secretsContract } from '../contract/secrets.ts';
import { fakeClock } from '../fakes/clock.ts';
import { clientSettings, uniqueName } from './emulator.ts';
import { startFaultProxy, type FaultProxy } from './faults.ts';

const secretsManager = new SecretsManagerClient(clientSettings());
const ssm = new SSMClient(clientSettings());

async function put(reference: string, value: string): Promise<void> {
  const parsed = parseSecretReference(reference);
  if (parsed.store === 'ssm') await ssm.send(new PutParameterCommand({ Name: parsed.name, Value: value, Type: 'SecureString', Overwrite: true }));
  else {
    const SecretString = parsed.store === 'secretsmanager' && parsed.key !== null ? JSON.stringify({ [parsed.key]: value, other: 1 }) : value;
    await secretsManager.send(new CreateSecretCommand({ Name: parsed.name, SecretString })).catch(() => secretsManager.send(new PutSecretValueCommand({ SecretId: parsed.name, SecretString })));
  }
}

secretsContract('AWS', () => {
  const name = uniqueName('secret');
  return { secrets: createAwsSecrets({ calls: sdkSecretCalls({ secretsManager, ssm }), clock: fakeClock() }), put, references: [`catalog/${name}`, `secretsmanager:${name}`, `secretsmanager:${name}-json#password`, `ssm:/slipway/${name}`] };
});

describe('secrets on AWS', () => {
  let proxy: FaultProxy;
  let clock: ReturnType<typeof fakeClock>;
  beforeAll(async () => {
    proxy = await startFaultProxy();
  });
  afterAll(() => proxy.close());
  beforeEach(() => {
    proxy.clear();
    clock = fakeClock();
  });
  /** As the function reads its key that checks webhooks. */
  const named = (prefix: string): string => {
    const name = uniqueName(prefix);
    proxy.standsFor(name, 'slipway/github-webhook');
    return name;
  };
  const through = () => createAwsSecrets({ calls: sdkSecretCalls({ secretsManager: new SecretsManagerClient({ ...clientSettings(proxy.endpoint), maxAttempts: 1, userAgentAppId: 'slipway-webhook' }), ssm: new SSMClient({ ...clientSettings(proxy.endpoint), maxAttempts: 1 }) }), clock });

  it('asks once for a while, also when many ask at the same time, and then again', async () => {
    const reference = `secretsmanager:${named('kept')}`;
    await put(reference, 'old');
    const secrets = through();
    expect(await Promise.all([secrets.resolve(reference), secrets.resolve(reference), secrets.resolve(reference)])).toEqual(['old', 'old', 'old']);
    await put(reference, 'new');
    clock.advance(SECRETS_KEPT_SECONDS * 1000 - 1);
    expect(await secrets.resolve(reference)).toBe('old');
    clock.advance(1);
    expect(await secrets.resolve(reference)).toBe('new');
    expect(proxy.calls.map(({ service, action }) => `${service}:${action}`)).toEqual(['secretsmanager:GetSecretValue', 'secretsmanager:GetSecretValue']);
  });

  it('keeps no failure', async () => {
    const reference = `ssm:/slipway/${uniqueName('later')}`;
    await put(reference, 'value');
    const secrets = through();
    proxy.inject({ action: 'GetParameter', fault: { kind: 'throttle' } });
    await expect(secrets.resolve(reference)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(await secrets.resolve(reference)).toBe('value');
  });

  it('a role that may not read it is told so', async () => {
    proxy.inject({ action: 'GetSecretValue', fault: { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'injected' } });
    proxy.standsFor('any', 'slipway/github-webhook');
    await expect(through().resolve('any')).rejects.toMatchObject({ name: 'Forbidden', message: expect.stringContaining('any') });
  });

  it.each([['no object', 'hunter2-not-json', 'InvalidInput'], ['another key', '{"user":"hunter2"}', 'NotFound'], ['a key that is no text', '{"password":{"hunter2":1}}', 'NotFound'], ['an inherited name', '{}', 'NotFound'], ['an empty value', '{"password":""}', 'InvalidInput']])('a key in %s is refused, and no value is shown', async (_what, stored, error) => {
    const name = named('json');
    await secretsManager.send(new CreateSecretCommand({ Name: name, SecretString: stored }));
    const refused = await through().resolve(`secretsmanager:${name}#${_what === 'an inherited name' ? 'constructor' : 'password'}`).then(() => undefined, (thrown: unknown) => thrown as Error);
    expect(refused?.name).toBe(error);
    expect(JSON.stringify([refused, refused?.message, String(refused?.cause)])).not.toContain('hunter2');
  });

  it('a binary secret is refused', async () => {
    const name = named('binary');
    await secretsManager.send(new CreateSecretCommand({ Name: name, SecretBinary: Buffer.from([1, 2]) }));
    await expect(through().resolve(name)).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});
