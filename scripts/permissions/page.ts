/** docs/permissions.md: what each function, machine and schedule may do, from the template. */
import { grantsOf, type Grant, type Holder, type Resources } from './grants.ts';
import { REASONS } from './unused.ts';
import { WITHOUT_RESOURCE } from './without-resource.ts';

export interface Holders {
  readonly functions: readonly Holder[];
  readonly machines: readonly Holder[];
  readonly others: readonly Holder[];
}

const code = (text: string): string => `\`${text}\``;
const row = ({ action, resources, condition }: Grant): string => `| ${code(action)} | ${resources.map(code).join('<br>')} | ${condition === '' ? '' : code(condition)} |`;

function section(title: string, holders: readonly Holder[], resources: Resources): string {
  const parts = [...holders].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, role }) => {
    const grants = grantsOf(resources, role);
    if (grants.length === 0) return `### ${name}\n\nNothing.\n`;
    return `### ${name}\n\n| action | on | only if |\n|---|---|---|\n${grants.map(row).join('\n')}\n`;
  });
  return `## ${title}\n\n${parts.join('\n')}`;
}

/** Actions that some role has on every resource. */
export const onEverything = (holders: readonly Holder[], resources: Resources): string[] =>
  [...new Set(holders.flatMap(({ role }) => grantsOf(resources, role)).filter((grant) => grant.resources.includes('*')).map(({ action }) => action))].sort();

/** @throws Error for an action on every resource without a reason */
export function permissionsPage({ functions, machines, others }: Holders, resources: Resources): string {
  const wide = onEverything([...functions, ...machines, ...others], resources);
  const unexplained = wide.filter((action) => !Object.hasOwn(WITHOUT_RESOURCE, action));
  if (unexplained.length > 0) throw new Error(`${unexplained.join(', ')} is allowed on every resource without a reason. Name the resources, or say why in scripts/permissions/without-resource.ts.`);
  return `# Permissions

<!-- Written by npm run generate:permissions from the packaged template; do not edit. -->

Each function, state machine and schedule has a role of its own. This page lists every action that a role allows, and on what. No role has
an action with a \`*\` in it. Resources are written without partition, region and account: they are those of the installation, unless
they say otherwise.

${section('Functions', functions, resources)}
${section('State machines', machines, resources)}
${section('Schedules, builds and the like', others, resources)}
## Actions on every resource

AWS defines no resource for these, or none that is known before the call.

| action | why |
|---|---|
${wide.map((action) => `| ${code(action)} | ${WITHOUT_RESOURCE[action]} |`).join('\n')}

## Allowed, and used by no emulated run

\`npm run test:aws\` records each call with the role that made it, and \`npm run check:calls\` fails for one that its role does not allow, and
for an allowed action that no run used, unless its reason stands here. State machines, schedules and event rules make no calls that
could be recorded: AWS's own services act with their roles.

| action | of | why it stays |
|---|---|---|
${REASONS.map(({ actions, holders, why }) => `| ${actions.map(code).join('<br>')} | ${holders === 'all' ? 'all others that have it' : holders.map(code).join('<br>')} | ${why} |`).join('\n')}
`;
}

/** Whose calls are recorded: functions, and the runs of the build project. */
export function callersOf(resources: Resources): readonly Holder[] {
  const projects = Object.values(resources).filter(({ Type }) => Type === 'AWS::CodeBuild::Project').map(({ Properties }) => ({ name: String(Properties?.['Name']), role: roleNamed(Properties?.['ServiceRole']) }));
  return [...holdersOf(resources).functions, ...projects];
}

interface RoleProperty { readonly 'Fn::Sub'?: string; readonly 'Fn::GetAtt'?: readonly string[] }
const roleNamed = (role: unknown): string => {
  const { 'Fn::Sub': sub, 'Fn::GetAtt': attribute } = role as RoleProperty;
  return attribute?.[0] ?? /^\$\{(\w+)\.Arn\}$/.exec(sub ?? '')?.[1] ?? '';
};

/** Everything of a template that has a role. */
export function holdersOf(resources: Resources): Holders {
  const of = (type: string, property: string, name: string): Holder[] => Object.entries(resources).filter(([, { Type }]) => Type === type).map(([, { Properties }]) => ({ name: String(Properties?.[name]), role: roleNamed(Properties?.[property]) }));
  const functions = of('AWS::Lambda::Function', 'Role', 'FunctionName');
  const machines = of('AWS::StepFunctions::StateMachine', 'RoleArn', 'StateMachineName');
  const known = new Set([...functions, ...machines].map(({ role }) => role));
  const others = Object.entries(resources).filter(([name, { Type }]) => Type === 'AWS::IAM::Role' && !known.has(name)).map(([name]) => ({ name, role: name }));
  return { functions, machines, others };
}
