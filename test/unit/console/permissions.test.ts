/** What the console says about who may do what is what the domain rules. */
import { jest, expect, it } from '@jest/globals';
import { ACTIONS, access, grantsOf, ROLE_ACTIONS, type AccessRules } from '../../../src/domain/roles.ts';
import { Environments } from '../../../src/domain/environment.ts';

jest.unstable_mockModule('virtual:api', () => ({ operations: {}, roleActions: ROLE_ACTIONS }), { virtual: true });
const { mayDo, mayDecide } = await import('../../../console/src/api/permissions.ts');

const rules: AccessRules = Environments.parse({
  environments: [{ name: 'staging', kind: 'staging', wave: 1 }, { name: 'production', kind: 'production', wave: 2 }],
  groups: [{ name: 'shop', members: ['sue'] }],
  roles: [
    { role: 'viewer', who: ['vera'] }, { role: 'deployer', who: ['dora', 'group:shop'], teams: ['shop'] }, { role: 'deployer', who: ['stan'], environments: ['staging'] }, { role: 'approver', who: ['anna'], environments: ['production'] }, { role: 'owner', who: ['olaf'], teams: ['pay'] },
  ],
});
const people = ['vera', 'dora', 'sue', 'stan', 'anna', 'olaf', 'owner', 'stranger'];
const meAs = (identity: string) => ({ identity, grants: grantsOf(rules, identity).map(({ who: _who, ...grant }) => grant) }) as never;

it.each(people)('%s may do what the domain says, everywhere', (identity) => {
  for (const action of ACTIONS.filter((one) => one !== 'view')) for (const team of ['shop', 'pay']) for (const environments of [[], ['staging'], ['production'], ['staging', 'production']]) {
    const said = mayDo(meAs(identity), action, { team, environments });
    expect([action, team, environments, said.allowed]).toEqual([action, team, environments, access(rules, identity, action, { kind: 'place', team, environments }).allowed]);
    if (!said.allowed) expect(said.reason.length).toBeGreaterThan(20);
  }
});

it('nobody who is not logged in may anything', () => expect(mayDo(null, 'deploy', { team: 'shop', environments: [] })).toMatchObject({ allowed: false }));

const approval = (given: Record<string, unknown> = {}) => ({ subject: { environment: 'production' }, rule: { approvers: ['anna', 'ben'], count: 1, authorMayApprove: false }, author: 'ben', decisions: [], status: { kind: 'waiting' }, expiresAt: 100, ...given }) as never;
it.each([
  ['anna', {}, 'approve', true, ''], ['vera', {}, 'approve', false, 'needs the role'], ['owner', {}, 'approve', false, 'those who may: anna, ben'], ['anna', { author: 'anna' }, 'approve', false, 'author'], ['anna', { author: 'anna' }, 'reject', true, ''],
  ['anna', { decisions: [{ by: 'anna' }] }, 'approve', false, 'approved already'], ['anna', { status: { kind: 'voided' } }, 'approve', false, 'voided already'], ['anna', { expiresAt: 1 }, 'approve', false, 'expired'],
] as const)('%s with %j may %s: %s', (identity, given, decision, allowed, reason) => {
  const said = mayDecide(meAs(identity), 'shop', approval(given), decision, 50);
  expect(said.allowed).toBe(allowed);
  expect(said.allowed ? '' : said.reason).toContain(reason);
});
