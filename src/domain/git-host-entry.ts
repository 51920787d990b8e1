/** What an installation may tell a git host, and with which credential: `gitHosts` in `environments.yaml`. */
import * as z from 'zod';
import { GIT_HOSTS, likelyHost, type GitHost } from './git-host.ts';
import { SecretReference } from './manifest.ts';

/** Loopback may be spoken to in the clear: a stand-in, or a tunnel's end. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** Link-local: cloud machines hand out credentials there, and no git host lives there. */
const LINK_LOCAL = /^(?:169\.254\.|\[fe[89ab])/i;

/** Why an address is none that a credential is sent to; null when it may be. */
export function addressFault(address: string): string | null {
  if (!URL.canParse(address)) return 'an address such as https://git.example.com/api/v4';
  const { protocol, hostname, username, password, search, hash } = new URL(address);
  if (username !== '' || password !== '' || search !== '' || hash !== '') return 'an address without credentials, query and fragment';
  if (LINK_LOCAL.test(hostname)) return 'no link-local address';
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname)) ? null : 'an address of https';
}

const Api = z.string().max(500).superRefine((address, context) => {
  const fault = addressFault(address);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault });
});

const App = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'the client id or app id of the GitHub App').meta({ description: 'The client id (or app id) of the GitHub App.', examples: ['Iv23liZ0aBcDeFgHiJkL'] }),
  privateKey: SecretReference.meta({ description: 'Where its private key (PEM) is kept.', examples: [{ from: 'git-hosts/github-app' }] }),
});

export const GitHostEntry = z.strictObject({
  host: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,252}(?::\d{1,5})?$/, 'the name of a host as repositories have it, such as github.com').meta({ description: 'The host as the addresses of repositories name it.', examples: ['github.com'] }),
  kind: z.enum(GIT_HOSTS).optional().meta({ description: 'Which kind of git host it is. Absent: as its name says.', examples: ['gitlab'] }),
  api: Api.optional().meta({ description: 'The address of its API. Absent: where this kind of host has it.', examples: ['https://git.example.com/api/v4'] }),
  token: SecretReference.optional().meta({ description: 'Where the access token is kept. Either this or `app`.', examples: [{ from: 'git-hosts/github' }] }),
  app: App.optional().meta({ description: 'A GitHub App in place of a token: it speaks in its own name.', examples: [{ id: 'Iv23liZ0aBcDeFgHiJkL', privateKey: { from: 'git-hosts/github-app' } }] }),
  statuses: z.boolean().default(true).meta({ description: 'Whether each pipeline is a status of its commit.', examples: [false] }),
  deployments: z.boolean().default(true).meta({ description: 'Whether deployments are shown as such, where the host has them (GitHub, GitLab).', examples: [false] }),
  plans: z.boolean().default(true).meta({ description: 'Whether a pull request gets a comment with the plan of what merging it would do (GitHub, where its webhook tells of pull requests).', examples: [false] }),
}).superRefine((entry, context) => {
  const kind = entry.kind ?? likelyHost(`https://${entry.host}/`);
  if (kind === null) context.addIssue({ code: 'custom', path: ['kind'], message: `the name "${entry.host}" does not say which kind of host it is: one of ${GIT_HOSTS.join(', ')}` });
  if ((entry.token === undefined) === (entry.app === undefined)) context.addIssue({ code: 'custom', path: ['token'], message: 'either `token` or `app`' });
  if (entry.app !== undefined && kind !== null && kind !== 'github') context.addIssue({ code: 'custom', path: ['app'], message: 'only GitHub has apps: use `token`' });
});
export type GitHostEntry = z.infer<typeof GitHostEntry>;

export const kindOf = (entry: GitHostEntry): GitHost => (entry.kind ?? likelyHost(`https://${entry.host}/`)) as GitHost;

/** Where each kind of host has its API, in the newest version that is documented. */
export function apiOf(entry: GitHostEntry): string {
  if (entry.api !== undefined) return entry.api.replace(/\/+$/, '');
  const { host } = entry;
  switch (kindOf(entry)) {
    case 'github': return host === 'github.com' ? 'https://api.github.com' : host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`;
    case 'gitlab': return `https://${host}/api/v4`;
    case 'gitea': return `https://${host}/api/v1`;
    case 'bitbucket': return 'https://api.bitbucket.org/2.0';
    case 'bitbucket-server': return `https://${host}/rest`;
    case 'azure-devops': return `https://${host}`;
  }
}
