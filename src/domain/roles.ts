/** Who may do what: roles by team and environment, as environments.yaml gives them. Pure, and the only place where it is decided. */
import * as z from 'zod';
import { EnvironmentName, Identity } from './ids.ts';

/** Everything that can be asked for. What only tells is `view`. */
export const ACTIONS = ['view', 'register', 'deploy', 'rollback', 'promote', 'cancel', 'decide', 'pause', 'scale', 'zone', 'repair', 'record', 'administer'] as const;
export type Action = (typeof ACTIONS)[number];

export const ROLES = ['viewer', 'deployer', 'approver', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** An approver decides and looks, and starts nothing: who asks and who agrees can be kept apart. */
export const ROLE_ACTIONS = {
  viewer: ['view'],
  deployer: ['view', 'register', 'deploy', 'rollback', 'promote', 'cancel', 'pause', 'scale', 'zone', 'repair', 'record'],
  approver: ['view', 'decide'],
  owner: ACTIONS,
} as const satisfies Record<Role, readonly Action[]>;

/** Whoever started the installation first. Their name is taken: nothing from outside may carry it. */
export const OWNER = 'owner';
/** How identities begin that an identity provider vouches for and environments.yaml does not know by a name of its own. */
export const OUTSIDE_PREFIXES = ['oidc:', 'github:'] as const;
export const isFromOutside = (identity: string): boolean => OUTSIDE_PREFIXES.some((prefix) => identity.startsWith(prefix));

const GROUP = 'group:';
const TeamName = z.string().min(1).max(100);

export const Group = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case letters, digits and hyphens, at most 63').meta({ description: 'The group\'s name: roles name it as `group:NAME`.', examples: ['shop'] }),
  members: z.array(Identity).max(1000).meta({ description: 'Who is in it.', examples: [['anna', 'ben']] }),
});
export type Group = z.infer<typeof Group>;

export const Grant = z.strictObject({
  role: z.enum(ROLES).meta({ description: 'viewer: look. deployer: look, register, deploy, roll back, promote, cancel, pause, scale, repair, record requests. approver: look and decide. owner: everything.', examples: ['deployer'] }),
  who: z.array(Identity).min(1).max(1000).meta({ description: 'People by name, groups as `group:NAME`, workflows as `github:OWNER/REPOSITORY`, others of the identity provider as `oidc:NAME`.', examples: [['anna', 'group:shop', 'github:acme/shop']] }),
  teams: z.array(TeamName).min(1).max(500).optional().meta({ description: 'Only services of these teams. Absent: of all.', examples: [['shop']] }),
  environments: z.array(EnvironmentName).min(1).max(50).optional().meta({ description: 'Only in these environments. Absent: in all.', examples: [['staging']] }),
});
export type Grant = z.infer<typeof Grant>;

export interface AccessRules {
  readonly groups: readonly Group[];
  /** Absent: whoever the owner knows by name deploys and decides, and only the owner administers. */
  readonly roles?: readonly Grant[] | undefined;
}

/**
 * Where something is asked for. `place`: a service of this team, in each of these environments; none named is the service itself.
 * `anywhere`: a list, of which only what may be seen is answered. `installation`: what belongs to no team.
 */
export type Where = { readonly kind: 'place'; readonly team: string; readonly environments: readonly string[] } | { readonly kind: 'anywhere' } | { readonly kind: 'installation' };

export type Access = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const EVERYWHERE = (role: Role): Grant => ({ role, who: [] });

/** The grants that hold for somebody. Nobody has any; without roles in environments.yaml, names from outside have none either. */
export function grantsOf(rules: AccessRules, identity: string): readonly Grant[] {
  if (identity === '') return [];
  if (identity === OWNER) return [EVERYWHERE('owner')];
  if (rules.roles === undefined) return isFromOutside(identity) ? [] : [EVERYWHERE('deployer'), EVERYWHERE('approver')];
  const groups = new Set(rules.groups.filter(({ members }) => members.some((member) => member === identity)).map(({ name }) => `${GROUP}${name}`));
  // A name that looks like a group is not one.
  return rules.roles.filter(({ who }) => who.some((name) => (name.startsWith(GROUP) ? groups.has(name) : name === identity)));
}

const gives = (grant: Grant, action: Action): boolean => (ROLE_ACTIONS[grant.role] as readonly Action[]).includes(action);
const inTeam = (grant: Grant, team: string): boolean => grant.teams === undefined || grant.teams.includes(team);
const inEnvironment = (grant: Grant, environment: string): boolean => grant.environments === undefined || grant.environments.some((name) => name === environment);

/** Whether an identity may do something there, and if not, why. To look, one of the environments is enough; to act, all are needed. */
export function access(rules: AccessRules, identity: string, action: Action, where: Where): Access {
  if (identity === '') return { allowed: false, reason: 'nobody may do anything' };
  const grants = grantsOf(rules, identity);
  if (grants.length === 0) return { allowed: false, reason: `${identity} has no role here. An owner gives one under "roles" in environments.yaml` };
  const fitting = grants.filter((grant) => gives(grant, action));
  if (fitting.length === 0) return { allowed: false, reason: `${identity} may not ${action}: that needs the role ${rolesWith(action)}` };
  if (covers(fitting, action, where)) return { allowed: true };
  return { allowed: false, reason: `${identity} may ${action}, but not ${placeText(where)}` };
}

function covers(grants: readonly Grant[], action: Action, where: Where): boolean {
  switch (where.kind) {
    case 'anywhere':
      return true;
    case 'installation':
      return grants.some(({ teams, environments }) => teams === undefined && environments === undefined);
    case 'place': {
      const own = grants.filter((grant) => inTeam(grant, where.team));
      const covered = (environment: string): boolean => own.some((grant) => inEnvironment(grant, environment));
      if (where.environments.length === 0) return own.length > 0;
      return action === 'view' ? where.environments.some(covered) : where.environments.every(covered);
    }
  }
}

const rolesWith = (action: Action): string => ROLES.filter((role) => (ROLE_ACTIONS[role] as readonly Action[]).includes(action)).join(' or ');

function placeText(where: Where): string {
  if (where.kind === 'installation') return 'for the whole installation';
  if (where.kind === 'anywhere') return 'anywhere';
  return `for services of the team ${where.team}${where.environments.length === 0 ? '' : ` in ${where.environments.join(', ')}`}`;
}
