/** Who else vouches for identities: a company's OIDC provider, and GitHub Actions. Written in environments.yaml. */
import * as z from 'zod';
import { Identity } from './ids.ts';
import { SecretReference } from './manifest.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Keys fetched over plain http could be anybody's; only this machine's own provider may do without TLS. */
const isSafe = (text: string): boolean => URL.canParse(text) && (new URL(text).protocol === 'https:' || LOOPBACK.has(new URL(text).hostname));
const Issuer = z.url({ protocol: /^https?$/ }).max(500).refine(isSafe, 'an https address');
const Audience = z.string().min(1).max(500);

export const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

/** Numbers, as GitHub writes them in the token: names of repositories and owners can change hands, their ids cannot. */
const GitHubId = z.string().regex(/^[1-9]\d{0,19}$/, 'a number in quotes, as the API of GitHub gives it in "id"');

export const Workflow = z.strictObject({
  repository: z.string().regex(/^[A-Za-z0-9_.-]{1,39}\/[A-Za-z0-9_.-]{1,55}$/, 'OWNER/REPOSITORY').meta({ description: 'What it is called here: its identity is `github:OWNER/REPOSITORY`. The ids decide.', examples: ['acme/shop'] }),
  repositoryId: GitHubId.meta({ description: 'The repository\'s id.', examples: ['740123456'] }),
  ownerId: GitHubId.meta({ description: 'The id of its owner.', examples: ['9919'] }),
  refs: z.array(z.string().regex(/^refs\/(?:heads|tags)\/\S{1,200}$/, 'refs/heads/BRANCH or refs/tags/TAG')).min(1).max(50).meta({ description: 'The branches and tags whose workflows count, exactly.', examples: [['refs/heads/main']] }),
  environments: z.array(z.string().min(1).max(255)).min(1).max(50).optional().meta({ description: 'Only jobs of these GitHub environments. Absent: any job.', examples: [['production']] }),
});
export type Workflow = z.infer<typeof Workflow>;

const ClientId = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'a client id, without spaces');

/** Slipway as a client of the provider, as it is registered there. */
export const LogInClient = z.strictObject({
  client: ClientId.meta({ description: 'The client id of the console. Its redirect address there is the console\'s address with `/log-in` behind it.', examples: ['slipway'] }),
  secret: SecretReference.optional().meta({ description: 'Where its secret is kept. Absent: a public client, which PKCE alone protects.', examples: [{ from: 'oidc/slipway' }] }),
  commandLine: ClientId.optional().meta({ description: 'The client id for `slipway login`: a public (native) one, whose redirect address is `http://127.0.0.1/log-in` with any port. Absent: the same client as the console\'s.', examples: ['slipway-cli'] }),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope')).min(1).max(20).default(['openid', 'email', 'profile']).refine((scopes) => scopes.includes('openid'), 'openid is one of them').meta({ description: 'What is asked for.', examples: [['openid', 'email']] }),
});
export type LogInClient = z.infer<typeof LogInClient>;

export const IdentityProvider = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('oidc').meta({ description: 'A company\'s OIDC provider.', examples: ['oidc'] }),
    issuer: Issuer.meta({ description: 'Its issuer, exactly as its tokens say it.', examples: ['https://login.example.com'] }),
    audience: Audience.meta({ description: 'The audience that its tokens for Slipway have.', examples: ['slipway'] }),
    logIn: LogInClient.optional().meta({ description: 'How people log in on its page, in the console and by `slipway login`. Absent: only tokens of it are taken.', examples: [{ client: 'slipway', secret: { from: 'oidc/slipway' } }] }),
    claim: z.enum(['sub', 'email', 'preferred_username']).default('sub').meta({ description: 'What names somebody. `email` counts only where the provider has verified it.', examples: ['email'] }),
  }),
  z.strictObject({
    kind: z.literal('github').meta({ description: 'Workflows of GitHub Actions.', examples: ['github'] }),
    issuer: Issuer.default(GITHUB_ISSUER).meta({ description: 'Its issuer; another one for GitHub Enterprise Server.', examples: [GITHUB_ISSUER] }),
    audience: Audience.meta({ description: 'The audience that the workflow asks its token for.', examples: ['slipway'] }),
    workflows: z.array(Workflow).min(1).max(500).meta({ description: 'Those that count. Anybody\'s workflow can get a token with any audience, so nobody else\'s does.', examples: [[{ repository: 'acme/shop', repositoryId: '740123456', ownerId: '9919', refs: ['refs/heads/main'] }]] }),
  }),
]);
export type IdentityProvider = z.infer<typeof IdentityProvider>;
export type OidcProvider = Extract<IdentityProvider, { kind: 'oidc' }>;

export const IdentityProviders = z.array(IdentityProvider).max(10)
  .refine((providers) => new Set(providers.map(({ issuer }) => issuer)).size === providers.length, 'each issuer once')
  .refine((providers) => providers.filter(({ kind }) => kind === 'oidc').length <= 1, 'one provider of the kind oidc, since people are named by it');

/** What a verified token says, as far as it decides who somebody is. */
export type Claims = Readonly<Record<string, unknown>>;

const textOf = (claims: Claims, name: string): string | null => {
  const value = claims[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

/** What a verified token of a company's provider names its holder; null when it says nothing that counts. */
export function nameIn(claims: Claims, claim: 'sub' | 'email' | 'preferred_username'): string | null {
  if (claim === 'email' && claims['email_verified'] !== true) return null;
  return textOf(claims, claim);
}

/** What somebody is called here whom the company's provider calls so: as environments.yaml says, or else `oidc:NAME`. Null for what cannot be a name. */
export function identityNamed(name: string, people: readonly { readonly name: Identity; readonly oidc?: string | undefined }[]): Identity | null {
  const person = people.find(({ oidc }) => oidc === name);
  return person === undefined ? (Identity.safeParse(`oidc:${name}`).data ?? null) : person.name;
}

/**
 * The workflow that a verified token of GitHub Actions is of, if it is one that counts. Claims: "OpenID Connect reference" of
 * GitHub's documentation. A run for a pull request never counts: pull_request_target has the base branch's ref whoever asked for it.
 */
export function workflowIn(claims: Claims, workflows: readonly Workflow[]): Workflow | undefined {
  if ((textOf(claims, 'event_name') ?? 'pull_request').startsWith('pull_request')) return undefined;
  return workflows.find((workflow) =>
    textOf(claims, 'repository_id') === workflow.repositoryId && textOf(claims, 'repository_owner_id') === workflow.ownerId
    && workflow.refs.some((ref) => ref === textOf(claims, 'ref')) && (workflow.environments === undefined || workflow.environments.some((name) => name === textOf(claims, 'environment'))));
}
