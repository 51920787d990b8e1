/** Recorded calls against the policies of whoever made them: what is missing, and what no run used. test/aws/calls.md has the format. */
import * as z from 'zod';
import { decide, type Ask } from './decide.ts';
import { ENVIRONMENT_ROLES, type EnvironmentRole } from './environment-role.ts';
import { statementsOf, trustOf, type Deployed, type Statement, type Template } from './statements.ts';
import type { Holder } from './grants.ts';

/** A line of a recording; other fields are left alone. */
export const RecordedCall = z.object({
  service: z.string(), action: z.string(), function: z.string(), status: z.number().nullable(),
  /** As whom: an assumed role, and the parameters that its template was deployed with. Null: as the function itself. */
  role: z.object({ arn: z.string(), parameters: z.record(z.string(), z.string()) }).nullable(),
  asks: z.array(z.object({ action: z.string(), resource: z.string(), context: z.record(z.string(), z.string()) })),
});
export type RecordedCall = z.infer<typeof RecordedCall>;

/** What the calls are held against. */
export interface Policies {
  /** The packaged template. */
  readonly installation: Template;
  /** Its functions, and the build project. */
  readonly holders: readonly Holder[];
  readonly environment: Template;
  readonly account: string;
  readonly region: string;
}

export interface Judged {
  /** Sentences: a call that the role of its caller does not allow. */
  readonly refused: readonly string[];
  /** Holder -> actions that it may use and that no call used, and those that some call used. */
  readonly unused: Readonly<Record<string, readonly string[]>>;
  readonly used: Readonly<Record<string, readonly string[]>>;
}

/** What a test calls itself that needs a name: nobody has a role of it, and its calls are left out. */
export const NOBODY = 'nobody';

interface Caller { readonly name: string; readonly statements: readonly Statement[] }

const READER = /-reader$/;
const environmentOf = (arn: string): string => arn.replace(/^.*\/slipway-/, '').replace(READER, '');

/** Everybody who may be asked for, each read once. */
function callers({ installation, holders, environment, account, region }: Policies) {
  const own = new Map(holders.map(({ name, role }) => [name, { name, statements: statementsOf(installation, role, { account, region, parameters: {} }) }]));
  const deployed = (role: NonNullable<RecordedCall['role']>): Deployed => ({ account, region, parameters: { ...role.parameters, Environment: environmentOf(role.arn) } });
  const kind = (arn: string): EnvironmentRole => (READER.test(arn) ? 'Reader' : 'Role');
  const assumed = new Map<string, Caller>();
  return {
    own,
    of: (call: RecordedCall): Caller | undefined => {
      if (call.role === null) return own.get(call.function);
      const key = JSON.stringify(call.role);
      const known = assumed.get(key);
      if (known !== undefined || call.role.parameters['SlipwayAccount'] === undefined) return known;
      const made = { name: ENVIRONMENT_ROLES[kind(call.role.arn)], statements: statementsOf(environment, kind(call.role.arn), deployed(call.role)) };
      assumed.set(key, made);
      return made;
    },
    /** Whether the role lets this function in: by the name of its own role, and the external id that came with the call. */
    trusts: (call: RecordedCall, ask: Ask, parameters: Readonly<Record<string, string>>): boolean => {
      const holder = holders.find(({ name }) => name === call.function);
      const context = { ...ask.context, 'aws:PrincipalArn': `arn:aws:iam::${account}:role/slipway-dev-${holder?.role ?? ''}-1A2B3C4D5E6F` };
      return decide(trustOf(environment, kind(ask.resource), deployed({ arn: ask.resource, parameters })), { ...ask, context }) === 'allowed';
    },
  };
}

/** Each call against the policies of whoever made it; of a role that was assumed, also whether it lets its caller in. */
export function judgeCalls(calls: readonly RecordedCall[], policies: Policies): Judged {
  const refused = new Set<string>();
  const used = new Map<string, Set<string>>();
  const all = callers(policies);
  const parametersOf = new Map(calls.flatMap(({ role }) => (role === null ? [] : [[role.arn, role.parameters] as const])));
  for (const call of distinct(calls)) {
    const caller = all.of(call);
    if (caller === undefined) {
      refused.add(call.role === null ? `${call.function} is no function of the template, and called ${call.service}:${call.action}` : `${call.function} called ${call.service}:${call.action} as ${call.role.arn}, which nobody deployed: say so to the recorder`);
      continue;
    }
    const actions = used.get(caller.name) ?? new Set();
    used.set(caller.name, actions);
    for (const ask of call.asks) {
      const decision = decide(caller.statements, ask);
      if (decision === 'allowed') actions.add(ask.action);
      else refused.add(`${call.role === null ? call.function : `${call.function} as ${caller.name}`} ${decision === 'denied' ? 'is denied' : 'may not'} ${ask.action}${ask.resource === '' ? '' : ` on ${ask.resource}`}${Object.keys(ask.context).length === 0 ? '' : ` with ${JSON.stringify(ask.context)}`}`);
      const parameters = ask.action === 'sts:AssumeRole' ? parametersOf.get(ask.resource) : undefined;
      if (parameters !== undefined && !all.trusts(call, ask, parameters)) refused.add(`${ask.resource} does not let ${call.function} assume it: look at its trust policy, and at the external id`);
    }
  }
  return { refused: [...refused].sort(), unused: unusedOf(policies, used), used: Object.fromEntries([...used].map(([name, actions]) => [name, [...actions].sort()])) };
}

/** The same call of the same caller is asked for once. */
const distinct = (calls: readonly RecordedCall[]): readonly RecordedCall[] =>
  [...new Map(calls.filter((call) => call.function !== '' && call.function !== NOBODY).map((call) => [JSON.stringify([call.function, call.role, call.asks]), call])).values()];

/** With every part of the environment's template that may be there. */
const WHOLE = { Lambda: 'yes', Ecs: 'yes', Ec2: 'yes', Cluster: 'all', LoadBalancer: 'all', LogGroup: 'all', PassedRoles: 'arn:aws:iam::123456789012:role/all', SlipwayAccount: '123456789012', ExternalId: 'all', Environment: 'all' } as const;

/** Actions by whoever may use them. */
export function allowedTo({ holders, environment, installation, account, region }: Policies): Readonly<Record<string, readonly string[]>> {
  const own = holders.map(({ name, role }) => [name, statementsOf(installation, role, { account, region, parameters: {} })] as const);
  const there = (Object.keys(ENVIRONMENT_ROLES) as EnvironmentRole[]).map((role) => [ENVIRONMENT_ROLES[role], statementsOf(environment, role, { account, region, parameters: WHOLE })] as const);
  return Object.fromEntries([...own, ...there].map(([name, statements]) => [name, [...new Set(statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions))].sort()]));
}

function unusedOf(policies: Policies, used: ReadonlyMap<string, ReadonlySet<string>>): Judged['unused'] {
  const left = Object.entries(allowedTo(policies)).map(([name, actions]) => [name, actions.filter((action) => used.get(name)?.has(action) !== true)] as const);
  return Object.fromEntries(left.filter(([, actions]) => actions.length > 0));
}
