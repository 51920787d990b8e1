/** The kinds of git host that Slipway listens to, and which of them an address is most likely of. */

/** A bare repository's post-receive hook speaks as GitHub does. */
export const GIT_HOSTS = ['github', 'gitlab', 'bitbucket', 'bitbucket-server', 'gitea', 'azure-devops'] as const;
export type GitHost = (typeof GIT_HOSTS)[number];

/** As their makers write them. */
export const GIT_HOST_NAMES = {
  github: 'GitHub', gitlab: 'GitLab', bitbucket: 'Bitbucket Cloud', 'bitbucket-server': 'Bitbucket Data Center', gitea: 'Gitea or Forgejo', 'azure-devops': 'Azure DevOps',
} as const satisfies Record<GitHost, string>;

/** What the addresses of each host look like; a company's own host has a name that says so, or none of these. */
const LOOKS_LIKE: readonly (readonly [GitHost, RegExp])[] = [
  ['github', /^github\.|\.ghe\.com$|^ghe\./],
  ['gitlab', /gitlab/],
  ['bitbucket', /^bitbucket\.org$/],
  ['bitbucket-server', /bitbucket|^stash\./],
  ['gitea', /gitea|forgejo|^codeberg\.org$/],
  ['azure-devops', /(?:^|\.)dev\.azure\.com$|\.visualstudio\.com$/],
];

/** The host part of an address in its one spelling (`https://host/...`); null for a folder. */
export function hostNameOf(canonicalUrl: string): string | null {
  return URL.canParse(canonicalUrl) ? new URL(canonicalUrl).host : null;
}

/** The kind of host that an address is most likely of; null where its name does not say. */
export function likelyHost(canonicalUrl: string): GitHost | null {
  const name = hostNameOf(canonicalUrl);
  return name === null ? null : LOOKS_LIKE.find(([, pattern]) => pattern.test(name.toLowerCase()))?.[0] ?? null;
}

/** Where one machine keeps the key of a kind of host's webhooks, in its data directory. */
export const webhookSecretFile = (host: GitHost): string => (host === 'github' ? 'webhook-secret' : `webhook-secret-${host}`);
