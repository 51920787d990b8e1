/** Private repositories over HTTPS, read as functions read them: with the credential that the secret of git hosts has for the host. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAwsSecrets } from '../../src/adapters/aws/aws-secrets.ts';
import { placeThrough } from '../../src/adapters/aws/http-git/checkout.ts';
import { credentialIn } from '../../src/adapters/aws/http-git/credentials.ts';
import { createHttpGitSources } from '../../src/adapters/aws/http-git-sources.ts';
import type { CommitId } from '../../src/domain/ids.ts';
import { fakeClock } from '../fakes/clock.ts';
import { sdkSecretCalls } from '../fakes/sdk-secrets.ts';
import { gitRepository } from '../unit/adapters/local/git-repository.ts';
import { clientSettings, uniqueName } from './emulator.ts';
import { type PrivateGitHost, startPrivateGitHost } from './private-git-host.ts';

const TOKEN = 'token-of-the-git-host';
const work = mkdtempSync(join(tmpdir(), 'slipway-private-'));
const secretsManager = new SecretsManagerClient(clientSettings());
const ssm = new SSMClient(clientSettings());
const known = getCACertificates('default');
let host: PrivateGitHost;
let commit: CommitId;

beforeAll(async () => {
  host = await startPrivateGitHost(work, `reader:${TOKEN}`);
  commit = gitRepository(join(work, 'origin')).commit({ 'services/shop/slipway.yaml': 'service: shop\n' });
});
afterAll(async () => {
  setDefaultCACertificates(known);
  await host.close();
  for (const client of [secretsManager, ssm]) client.destroy();
  rmSync(work, { recursive: true, force: true });
});

/** With a secret of git hosts of its own. */
async function reading(credentials: unknown) {
  const name = uniqueName('git-credentials');
  await secretsManager.send(new CreateSecretCommand({ Name: name, SecretString: JSON.stringify(credentials) }));
  const secrets = createAwsSecrets({ calls: sdkSecretCalls({ secretsManager, ssm }), clock: fakeClock() });
  return createHttpGitSources({ place: placeThrough(work), settings: { credential: credentialIn(secrets, name) } }).manifests(`${host.address}/origin`, commit);
}

it('a host whose certificate nobody vouches for is shown no credential', async () => {
  const before = host.requests.length;
  await expect(reading({ [host.name]: `reader:${TOKEN}` })).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  expect(host.requests.length).toBe(before);
});

describe('of a host whose certificate is known', () => {
  beforeAll(() => setDefaultCACertificates([...known, readFileSync(host.authority, 'utf8')]));

  it('one that the host lets nobody else read is read with its credential', async () => {
    expect(await reading({ 'github.com': 'x-access-token:other', [host.name]: `reader:${TOKEN}` })).toEqual([{ path: 'services/shop/slipway.yaml', text: 'service: shop\n' }]);
  });

  it.each([
    ['no credential', () => ({ 'github.com': `reader:${TOKEN}` })],
    ['a wrong credential', () => ({ [host.name]: 'reader:another-token' })],
  ] as const)('with %s it is refused, which says what to do and no secret', async (_what, credentials) => {
    const before = host.requests.length;
    await expect(reading(credentials())).rejects.toMatchObject({ name: 'Forbidden', message: expect.stringMatching(/^(?!.*token-of|.*another-token).*status 401.*docs\/aws\.md/) });
    // A credential goes to its own host only.
    expect(host.requests.slice(before).every(({ authorization }) => authorization === undefined || !authorization.includes(Buffer.from(TOKEN).toString('base64')))).toBe(true);
  });
});
