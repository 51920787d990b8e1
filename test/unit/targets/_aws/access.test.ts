import { describe, expect, it } from '@jest/globals';
import type { Access, AssumedRole } from '../../../../src/domain/access.ts';
import { clientPlace, clientsByAccess } from '../../../../src/targets/_aws/access.ts';

const ROLE = 'arn:aws:iam::210987654321:role/slipway-deploys';
const access = (overrides: Partial<Access> = {}): Access => ({ account: null, region: null, role: null, externalId: null, ...overrides });
const given = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'key', sessionToken: 'session', expiration: new Date(5_000_000) };

function needs() {
  const asked: AssumedRole[] = [];
  return { asked, needs: { assume: async (role: AssumedRole) => { asked.push(role); return given; } } };
}

describe('where clients are built', () => {
  it('is the function\'s own account and region without an access', () => {
    expect(clientPlace(needs().needs, null)).toEqual({});
    expect(clientPlace(needs().needs, access())).toEqual({});
    expect(clientPlace(needs().needs, access({ region: 'eu-west-1', account: '123456789012' }))).toEqual({ region: 'eu-west-1' });
  });

  it('assumes the role with the external id, when a client asks', async () => {
    const { asked, needs: own } = needs();
    const place = clientPlace(own, access({ role: ROLE, externalId: 'shop-7', region: 'eu-west-1' }));
    expect(asked).toEqual([]);
    expect(await place.credentials?.()).toEqual(given);
    expect(asked).toEqual([{ role: ROLE, externalId: 'shop-7' }]);
    expect(place.region).toBe('eu-west-1');
  });

  it.each([
    ['a role of another account than the environment names', access({ role: ROLE, account: '123456789012' })],
    ['something that is no role', access({ role: 'deploys' })],
    ['an external id without a role', access({ externalId: 'shop-7' })],
  ])('refuses %s', (_what, wrong) => {
    expect(() => clientPlace(needs().needs, wrong)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});

it('the same access has the same clients, and another one others', () => {
  const of = clientsByAccess(needs().needs, (place) => ({ place }));
  expect(of(access({ region: 'eu-west-1' }))).toBe(of(access({ region: 'eu-west-1' })));
  expect(of(access({ region: 'eu-west-1' }))).not.toBe(of(access({ region: 'eu-west-2' })));
  expect(of(null)).not.toBe(of(access({ role: ROLE })));
});
