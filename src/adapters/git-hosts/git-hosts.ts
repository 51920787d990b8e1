/** The git hosts that an installation names, each by the API of its kind. */
import { apiOf, kindOf, type GitHostEntry } from '../../domain/git-host-entry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GitHostApi, GitHosts } from '../../ports/git-hosts.ts';
import type { SecretSource } from '../../ports/secrets.ts';
import { createAzureDevops } from './azure-devops.ts';
import { createBitbucket } from './bitbucket.ts';
import { createBitbucketServer } from './bitbucket-server.ts';
import { createGitea } from './gitea.ts';
import { createGithub, githubHeaders } from './github.ts';
import { createGithubApp, type Purpose } from './github-app.ts';
import { createGitlab } from './gitlab.ts';
import { createRest, type Rest, type RestOptions } from './rest.ts';

export interface GitHostsOptions {
  readonly secrets: SecretSource;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
}

/** GitHub's advice against its secondary limits: a second between calls that change something. https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api */
const GITHUB_SPACING_MS = 1000;

/** What a host asked to wait for is kept as long as its entry stays the same. */
export function createGitHosts(options: GitHostsOptions): GitHosts {
  const made = new Map<string, GitHostApi>();
  return {
    api(entry) {
      const key = JSON.stringify(entry);
      const api = made.get(key) ?? create(options, entry);
      made.set(key, api);
      return api;
    },
  };
}

function create({ secrets, clock, sleep }: GitHostsOptions, entry: GitHostEntry): GitHostApi {
  const { host, token, app } = entry;
  const common = { host, base: apiOf(entry), now: () => clock.now() };
  const secret = async () => (await secrets.resolve(token?.from ?? '')).trim();
  const rest = (scheme: (secret: string) => string, more: Partial<RestOptions> = {}): Rest => createRest({ ...common, ...more, authorization: async () => scheme(await secret()) });
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  switch (kindOf(entry)) {
    case 'github': return github({ ...common, headers: githubHeaders, spacing: { ms: GITHUB_SPACING_MS, sleep } }, async () => `Bearer ${await secret()}`, app === undefined ? null : { id: app.id, header: createGithubApp({ ...common, id: app.id, privateKey: () => secrets.resolve(app.privateKey.from) }) });
    case 'gitlab': return createGitlab(rest(bearer), host);
    case 'gitea': return createGitea(rest((text) => `token ${text}`));
    // An access token, or `user:app password` as long as Bitbucket takes those.
    case 'bitbucket': return createBitbucket(rest((text) => (text.includes(':') ? basic(text) : bearer(text))));
    case 'bitbucket-server': return createBitbucketServer(rest(bearer));
    case 'azure-devops': return createAzureDevops(rest((text) => basic(`:${text}`)));
  }
}

const bearer = (text: string): string => `Bearer ${text}`;

/** An app has a token for each repository and purpose, so the header follows from what is told. */
function github(options: Omit<RestOptions, 'authorization'>, token: () => Promise<string>, app: { readonly id: string; readonly header: (repository: string, purpose: Purpose) => Promise<string> } | null): GitHostApi {
  let about: { readonly repository: string; readonly purpose: Purpose } = { repository: '', purpose: 'facts' };
  const api = createGithub(createRest({ ...options, authorization: () => (app === null ? token() : app.header(about.repository, about.purpose)) }), options.host, app?.id ?? null);
  // One call after the other: GitHub asks for that, and the header must fit the call.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(repository: string, purpose: Purpose, run: () => Promise<T>): Promise<T> => {
    const next = last.then(() => { about = { repository, purpose }; return run(); });
    last = next.catch(() => undefined);
    return next;
  };
  return {
    status: (status) => inTurn(status.repository, 'facts', () => api.status(status)),
    deployment: (deployment, known) => inTurn(deployment.repository, 'facts', () => api.deployment?.(deployment, known) ?? Promise.resolve('')),
    runs: (of) => inTurn(of.repository, 'runs', () => api.runs?.(of) ?? Promise.resolve([])),
    comment: (comment, known) => inTurn(comment.repository, 'comments', () => api.comment?.(comment, known) ?? Promise.resolve('')),
  };
}
