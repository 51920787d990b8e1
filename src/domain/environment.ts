/** `environments.yaml`: the places of one installation, in the order a release goes through them. */
import * as z from 'zod';
import { Access, Settings } from './access.ts';
import { Count } from './duration.ts';
import { IdentityProviders, type IdentityProvider } from './identity-providers.ts';
import { GIT_HOSTS } from './git-host.ts';
import { GitHostEntry } from './git-host-entry.ts';
import { EnvironmentName, Identity } from './ids.ts';
import { Configuration, STRATEGIES } from './manifest.ts';
import { Notifications } from './notification/rule.ts';
import { addressProblem, REPOSITORY_FORM, REPOSITORY_FORMS } from './repository-url.ts';
import { Grant, Group } from './roles.ts';
import { SlackSettings } from './slack.ts';

const Zones = z.array(z.string().regex(/^[a-z0-9-]{1,30}$/, 'lower case letters, digits and hyphens, at most 30')).min(1).max(20)
  .refine((zones) => new Set(zones).size === zones.length, 'each zone once');
const Targets = z.record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'the name of a target: lower case letters, digits and hyphens'), Settings).default({});
const Approvers = z.array(Identity).max(100).default([]);

export const Environment = z.strictObject({
  name: EnvironmentName.meta({ description: 'The environment\'s name: lower case letters, digits and hyphens, 2 to 20 characters.', examples: ['production'] }),
  kind: z.enum(['staging', 'production']).meta({ description: 'Staging gets tests; production gets the canary, the approval and the rollout.', examples: ['production'] }),
  wave: z.int().min(1).max(100).meta({ description: 'Environments of one wave go at the same time; waves go in ascending order.', examples: [2] }),
  instances: Count.default({ percent: 100 }).meta({ description: 'A number, or a percentage of what production has (host parity: 100%).', examples: ['50%', 1] }),
  zones: Zones.default(['a']).meta({ description: 'The zones that instances are spread over. Absent: the installation\'s, or else one zone `a`.', examples: [['a', 'b']] }),
  minimumHealthy: Count.default({ percent: 50 }).meta({ description: 'Healthy instances never fall under this: a number, or a percentage of the instances here.', examples: ['50%'] }),
  strategy: z.enum(STRATEGIES).optional().meta({ description: 'How releases are brought in here, whatever the manifest says. Absent: as the manifest says.', examples: ['all-at-once'] }),
  configuration: Configuration.default({}).meta({ description: 'Environment variables of every service here. Manifests win over them.', examples: [{ REGION: 'eu' }] }),
  approvers: Approvers.meta({ description: 'Who may approve here when the manifest names nobody.', examples: [['anna', 'ben']] }),
  aws: Access.optional().meta({ description: 'The account, region and role of this environment. Absent: those that Slipway runs with.', examples: [{ region: 'eu-central-1', role: 'arn:aws:iam::123456789012:role/slipway-production', externalId: 'slipway-7f3a' }] }),
  targets: Targets.meta({ description: 'Settings of targets here, by their name: where this environment\'s resources are.', examples: [{ ecs: { cluster: 'production' } }] }),
});
export type Environment = z.infer<typeof Environment>;

export const Defaults = z.strictObject({
  configuration: Configuration.default({}).meta({ description: 'Environment variables of every service everywhere. Environments and manifests win over them.', examples: [{ LOG_FORMAT: 'json' }] }),
  zones: Zones.optional().meta({ description: 'The zones of environments that name none.', examples: [['a', 'b', 'c']] }),
  approvers: Approvers.meta({ description: 'Who may approve when neither the manifest nor the environment names anybody.', examples: [['anna']] }),
  targets: Targets.meta({ description: 'Settings of targets everywhere, by their name. Environments and manifests win over them.', examples: [{ lambda: { runtime: 'nodejs24.x' } }] }),
});

export const Person = z.strictObject({
  name: Identity.meta({ description: 'Their name here, as approvers name them.', examples: ['anna'] }),
  email: z.array(z.email()).max(20).default([]).meta({ description: 'Their mail addresses as commits name them: whoever wrote a release may not approve it alone.', examples: [['anna@example.com']] }),
  slack: z.string().regex(/^[UW][A-Z0-9]{2,30}$/, 'a Slack member id such as U024BE7LH').optional().meta({ description: 'Their Slack member id: what they say in Slack counts as theirs.', examples: ['U024BE7LH'] }),
  oidc: z.string().min(1).max(255).optional().meta({ description: 'What the identity provider of the kind oidc calls them, in the claim that it is known by: with its token they act under this name.', examples: ['anna@example.com'] }),
});

export const ListedRepository = z.strictObject({
  url: z.string().max(500).regex(REPOSITORY_FORM, REPOSITORY_FORMS).refine((url) => addressProblem(url) === null, 'an address without a user, a password, or what git or ssh would read as an option').meta({ description: 'The repository, as it is cloned.', examples: ['https://github.com/acme/shop'] }),
  host: z.enum(GIT_HOSTS).optional().meta({ description: 'The kind of git host. Absent: as its name says.', examples: ['gitlab'] }),
});

/** As it is written: the zones may still be left to the defaults. */
const EnvironmentEntry = Environment.extend({ zones: Zones.optional().meta(Environment.shape.zones.meta() ?? {}) });

const EnvironmentsFile = z
  .strictObject({
    environments: z.array(EnvironmentEntry).min(1).max(50).superRefine(eachNameOnce)
      .meta({ description: 'The environments of this installation.', examples: [[{ name: 'staging', kind: 'staging', wave: 1 }, { name: 'production', kind: 'production', wave: 2 }]] }),
    people: z.array(Person).max(1000).default([]).meta({ description: 'People who decide.', examples: [[{ name: 'anna', slack: 'U024BE7LH' }]] }),
    identityProviders: IdentityProviders.default([]).meta({ description: 'Who else vouches for identities. Their tokens are taken like Slipway\'s own.', examples: [[{ kind: 'oidc', issuer: 'https://login.example.com', audience: 'slipway', claim: 'email' }]] }),
    groups: z.array(Group).max(200).default([]).meta({ description: 'Names for several people, for roles.', examples: [[{ name: 'shop', members: ['anna', 'ben'] }]] }),
    roles: z.array(Grant).max(1000).optional()
      .meta({ description: 'Who may do what, by team and environment. Absent: everybody with a token deploys and decides, and only the owner gives tokens. With it, whoever is not named may do nothing.', examples: [[{ role: 'deployer', who: ['group:shop'], teams: ['shop'] }]] }),
    repositories: z.array(ListedRepository).max(1000).default([])
      .meta({ description: 'Repositories whose pushes are released, beside those that were registered by command. What leaves the list is not listened to any more.', examples: [[{ url: 'https://github.com/acme/shop' }]] }),
    gitHosts: z.array(GitHostEntry).max(50).default([]).superRefine((entries, context) => {
      for (const [index, { host }] of entries.entries()) if (entries.findIndex((other) => other.host === host) < index) context.addIssue({ code: 'custom', path: [index, 'host'], message: 'two entries have this host' });
    }).meta({ description: 'Git hosts that are told how pipelines go: statuses of commits, deployments.', examples: [[{ host: 'github.com', token: { from: 'git-hosts/github' } }]] }),
    slack: SlackSettings.optional().meta({ description: 'The Slack workspace that is listened to, and the channels that pipelines are shown in.', examples: [{ workspace: 'T024BE7LD', channel: 'C024BE91L' }] }),
    notifications: Notifications.prefault({}).meta({ description: 'Who is told of what happens, and how.', examples: [{ rules: [{ name: 'on-call', events: ['alert'], severity: 'critical', to: [{ kind: 'slack', channel: 'C024BE7LH' }] }] }] }),
    defaults: Defaults.prefault({}).meta({ description: 'What holds in every environment that does not say otherwise.', examples: [{ zones: ['a', 'b'] }] }),
  });

export const Environments = EnvironmentsFile
  .transform((file): { environments: Environment[]; people: z.infer<typeof Person>[]; identityProviders: IdentityProvider[]; groups: Group[]; roles?: Grant[] | undefined; repositories: z.infer<typeof ListedRepository>[]; gitHosts: GitHostEntry[]; slack?: SlackSettings | undefined; notifications: Notifications; defaults: z.infer<typeof Defaults> } => ({
    ...file,
    environments: file.environments.map((entry) => ({ ...entry, zones: entry.zones ?? file.defaults.zones ?? ['a'] })),
  }));
export type Environments = z.infer<typeof Environments>;
/** The same as it is in force. */
export const EnvironmentsInForce = EnvironmentsFile.extend({ environments: z.array(Environment) });

function eachNameOnce(list: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { name }] of list.entries()) {
    if (seen.has(name)) context.addIssue({ code: 'custom', path: [index, 'name'], message: 'two environments have this name' });
    seen.add(name);
  }
}
