/** A GitHub App's credential: a token of its installation in the repository's account, for an hour at a time. https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app */
import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import * as z from 'zod';
import { InvalidInput } from '../../domain/errors.ts';
import { githubHeaders } from './github.ts';
import { ownerAndName } from './repository-path.ts';
import { createRest, type RestOptions } from './rest.ts';

export interface GithubAppOptions extends Pick<RestOptions, 'host' | 'base' | 'now'> {
  readonly id: string;
  /** PEM, as GitHub gives it out (PKCS#1) or converted (PKCS#8). */
  readonly privateKey: () => Promise<string>;
}

const Installation = z.object({ id: z.number() });
const Token = z.object({ token: z.string().min(1), expires_at: z.iso.datetime({ offset: true }) });
/** GitHub takes at most ten minutes, and its clock may be ahead or behind. */
const JWT_SECONDS = 540;
const CLOCK_DRIFT_SECONDS = 60;
const RENEW_BEFORE_MS = 300_000;

/** Asked for apart, so that an app that was installed without the newer permission goes on telling the rest. */
const PERMISSIONS = { facts: { statuses: 'write', deployments: 'write' }, comments: { pull_requests: 'write' }, runs: { actions: 'read' } } as const;
export type Purpose = keyof typeof PERMISSIONS;

/** @returns the header for calls about a repository */
export function createGithubApp({ host, base, now, id, privateKey }: GithubAppOptions): (repository: string, purpose: Purpose) => Promise<string> {
  const tokens = new Map<string, { readonly token: string; readonly until: number }>();
  const rest = createRest({ host, base, now, headers: githubHeaders, authorization: async () => `Bearer ${await jwt(id, await privateKey(), Math.floor(now() / 1000))}` });
  return async (repository, purpose) => {
    const of = ownerAndName(repository);
    const known = tokens.get(`${purpose} ${of}`);
    if (known !== undefined && known.until - RENEW_BEFORE_MS > now()) return `Bearer ${known.token}`;
    const installation = Installation.parse((await rest.call('GET', `/repos/${of}/installation`)).body);
    // No more than is needed, whatever the app may do: https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
    const made = Token.parse((await rest.call('POST', `/app/installations/${installation.id}/access_tokens`, { repositories: [decodeURIComponent(of.split('/')[1] ?? '')], permissions: PERMISSIONS[purpose] })).body);
    tokens.set(`${purpose} ${of}`, { token: made.token, until: Date.parse(made.expires_at) });
    return `Bearer ${made.token}`;
  };
}

async function jwt(id: string, pem: string, nowSeconds: number): Promise<string> {
  try {
    return await new SignJWT({}).setProtectedHeader({ alg: 'RS256' }).setIssuer(id).setIssuedAt(nowSeconds - CLOCK_DRIFT_SECONDS).setExpirationTime(nowSeconds + JWT_SECONDS).sign(createPrivateKey(pem));
  } catch {
    // What went wrong may quote the key.
    throw new InvalidInput('The private key of the GitHub App is no RSA key in PEM. Download it again from the app\'s settings.');
  }
}
