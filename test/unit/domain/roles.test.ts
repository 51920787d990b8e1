/** Who may do what: every role with every action, and where it stops. */
import { describe, expect, it } from '@jest/globals';
import { Environments } from '../../../src/domain/environment.ts';
import { checkEnvironments } from '../../../src/domain/environment-rules.ts';
import { access, ACTIONS, type AccessRules, grantsOf, ROLES, type Action, type Role, type Where } from '../../../src/domain/roles.ts';

const YES: Record<Role, readonly Action[]> = {
  viewer: ['view'],
  deployer: ['view', 'register', 'deploy', 'rollback', 'promote', 'cancel', 'pause', 'scale', 'zone', 'repair', 'record'],
  approver: ['view', 'decide'],
  owner: ['view', 'register', 'deploy', 'rollback', 'promote', 'cancel', 'decide', 'pause', 'scale', 'zone', 'repair', 'record', 'administer'],
};
const rules = (...roles: NonNullable<AccessRules['roles']>): AccessRules => ({ groups: [{ name: 'shop', members: ['ben' as never] }], roles });
const grant = (role: Role, who: string, more: object = {}) => ({ role, who: [who], ...more }) as never;
const place = (team: string, ...environments: string[]): Where => ({ kind: 'place', team, environments });
const may = (given: AccessRules, who: string, action: Action, where: Where) => access(given, who, action, where).allowed;

describe.each(ROLES)('%s', (role) => {
  it.each(ACTIONS)('%s', (action) => {
    const expected = YES[role].includes(action);
    for (const where of [place('shop', 'staging'), place('shop'), { kind: 'anywhere' }, { kind: 'installation' }] as Where[]) expect(may(rules(grant(role, 'anna')), 'anna', action, where)).toBe(expected);
    expect(may(rules(grant(role, 'anna')), 'carl', action, place('shop', 'staging'))).toBe(false);
  });

  it.each(ACTIONS)('%s, for one team and environment', (action) => {
    const given = rules(grant(role, 'anna', { teams: ['shop'], environments: ['staging'] }));
    const expected = YES[role].includes(action);
    expect(may(given, 'anna', action, place('shop', 'staging'))).toBe(expected);
    expect(may(given, 'anna', action, place('pay', 'staging'))).toBe(false);
    expect(may(given, 'anna', action, place('', 'staging'))).toBe(false);
    expect(may(given, 'anna', action, place('shop', 'production'))).toBe(false);
    // To look, one of several is enough; to act, all are needed.
    expect(may(given, 'anna', action, place('shop', 'staging', 'production'))).toBe(expected && action === 'view');
    expect(may(given, 'anna', action, { kind: 'installation' })).toBe(false);
  });
});

describe('nobody in particular', () => {
  it.each(ACTIONS)('an empty identity may not %s, whatever the rules', (action) => {
    for (const given of [{ groups: [] }, rules(), rules(grant('owner', ''))]) expect(may(given, '', action, { kind: 'anywhere' })).toBe(false);
  });

  it.each(['', 'github:acme/shop', 'oidc:anna@example.com'])('%p has no role where environments.yaml gives none', (who) => {
    expect(grantsOf({ groups: [] }, who)).toEqual([]);
    expect(access({ groups: [] }, who, 'view', { kind: 'anywhere' }).allowed).toBe(false);
  });

  it('an empty list of roles lets only the owner in', () => {
    expect(may(rules(), 'anna', 'view', { kind: 'anywhere' })).toBe(false);
    expect(may(rules(), 'owner', 'administer', { kind: 'installation' })).toBe(true);
  });
});

describe('an installation without roles', () => {
  it.each(ACTIONS)('a token of a person: %s', (action) => {
    expect(may({ groups: [] }, 'anna', action, place('shop', 'production'))).toBe(action !== 'administer');
  });
});

describe('groups', () => {
  it('a member has the role of the group, and a name that looks like one does not', () => {
    const given = rules(grant('deployer', 'group:shop'));
    expect(may(given, 'ben', 'deploy', place('shop', 'staging'))).toBe(true);
    expect(may(given, 'group:shop', 'deploy', place('shop', 'staging'))).toBe(false);
    expect(may(given, 'shop', 'deploy', place('shop', 'staging'))).toBe(false);
  });

  it('several roles add up, each in its own place', () => {
    const given = rules(grant('deployer', 'ben', { environments: ['staging'] }), grant('approver', 'ben', { environments: ['production'] }));
    expect(may(given, 'ben', 'deploy', place('shop', 'production'))).toBe(false);
    expect(may(given, 'ben', 'decide', place('shop', 'production'))).toBe(true);
    expect(may(given, 'ben', 'decide', place('shop', 'staging'))).toBe(false);
  });
});

it('says why not', () => {
  expect(access(rules(grant('viewer', 'anna')), 'anna', 'deploy', place('shop'))).toEqual({ allowed: false, reason: 'anna may not deploy: that needs the role deployer or owner' });
  expect(access(rules(), 'anna', 'view', place('shop'))).toMatchObject({ reason: expect.stringContaining('no role') });
  expect(access(rules(grant('deployer', 'anna', { teams: ['pay'] })), 'anna', 'deploy', place('shop', 'staging'))).toMatchObject({ reason: 'anna may deploy, but not for services of the team shop in staging' });
});

it('roles for a group or environment that is not there are mistakes', () => {
  const file = Environments.parse({
    environments: [{ name: 'staging', kind: 'staging', wave: 1 }], groups: [{ name: 'shop', members: [] }, { name: 'shop', members: [] }],
    roles: [{ role: 'viewer', who: ['group:pay', 'anna'], environments: ['production'] }],
  });
  expect(checkEnvironments(file).map(({ path, severity }) => `${severity} ${path.join('.')}`)).toEqual(['error groups.1.name', 'error roles.0.environments.0', 'error roles.0.who.0']);
});
