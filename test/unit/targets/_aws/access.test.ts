import { describe, expect, it } from '@jest/globals';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import type { Access } from '../../../../src/domain/access.ts';
import { clientPlace, clientsByAccess } from '../../../../src/targets/_aws/access.ts';

const ROLE = 'arn:aws:iam::210987654321:role/slipway-deploys';
const access = (overrides: Partial<Access> = {}): Access => ({ account: null, region: null, role: null, externalId: null, ...overrides });
const given = { AccessKeyId: 'AKIDEXAMPLE', SecretAccessKey: 'key', SessionToken: 'session', Expiration: new Date(5_000_000) };

function needs() {
  const sts = new STSClient({ region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  return { mock: mockClient(sts), needs: { sts, session: 'slipway-ecs' } };
}

describe('where clients are built', () => {
  it('is the function\'s own account and region without an access', () => {
    expect(clientPlace(needs().needs, null)).toEqual({});
    expect(clientPlace(needs().needs, access())).toEqual({});
    expect(clientPlace(needs().needs, access({ region: 'eu-west-1', account: '123456789012' }))).toEqual({ region: 'eu-west-1' });
  });

  it('assumes the role with the external id, when a client asks', async () => {
    const { mock, needs: given1 } = needs();
    mock.on(AssumeRoleCommand).resolves({ Credentials: given });
    const place = clientPlace(given1, access({ role: ROLE, externalId: 'shop-7', region: 'eu-west-1' }));
    expect(mock.calls()).toHaveLength(0);
    expect(await place.credentials?.()).toEqual({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'key', sessionToken: 'session', expiration: given.Expiration });
    expect(mock.commandCalls(AssumeRoleCommand)[0]?.args[0].input).toEqual({ RoleArn: ROLE, RoleSessionName: 'slipway-ecs', DurationSeconds: 3600, ExternalId: 'shop-7' });
    expect(place.region).toBe('eu-west-1');
  });

  it.each([
    ['a role of another account than the environment names', access({ role: ROLE, account: '123456789012' })],
    ['something that is no role', access({ role: 'deploys' })],
    ['an external id without a role', access({ externalId: 'shop-7' })],
  ])('refuses %s', (_what, wrong) => {
    expect(() => clientPlace(needs().needs, wrong)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });

  it.each([
    ['AccessDenied', 'Forbidden'], ['Throttling', 'ProviderUnavailable'], ['TimeoutError', 'ProviderUnavailable'],
  ])('says what %s means, without the external id', async (name, expected) => {
    const { mock, needs: given1 } = needs();
    mock.on(AssumeRoleCommand).rejects(Object.assign(new Error('no'), { name }));
    const failed = clientPlace(given1, access({ role: ROLE, externalId: 'shop-7' })).credentials?.() ?? Promise.resolve();
    await expect(failed).rejects.toMatchObject({ name: expected, message: expect.not.stringContaining('shop-7') });
  });

  it('an answer without credentials is a fault, not an anonymous client', async () => {
    const { mock, needs: given1 } = needs();
    mock.on(AssumeRoleCommand).resolves({});
    await expect(clientPlace(given1, access({ role: ROLE })).credentials?.()).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });
});

it('the same access has the same clients, and another one others', () => {
  const of = clientsByAccess(needs().needs, (place) => ({ place }));
  expect(of(access({ region: 'eu-west-1' }))).toBe(of(access({ region: 'eu-west-1' })));
  expect(of(access({ region: 'eu-west-1' }))).not.toBe(of(access({ region: 'eu-west-2' })));
  expect(of(null)).not.toBe(of(access({ role: ROLE })));
});
