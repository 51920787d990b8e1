/** A certified OpenID Connect provider (oidc-provider) on loopback: a company's, with two clients of Slipway's and whoever it is told to know. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type AccountClaims } from 'oidc-provider';

export const CLIENT = 'slipway';
export const SECRET = 'a secret: with /odd+ characters%';
export const COMMAND_LINE = 'slipway-cli';

export interface CompanyProvider {
  readonly issuer: string;
  /** By what somebody types as their name: what it says of them beside `sub`. */
  readonly people: Map<string, AccountClaims>;
  /** Paths that were asked for, without their queries. */
  readonly asked: string[];
  /** Until then it answers nothing but 503. */
  isDown: boolean;
  close(): Promise<void>;
}

/** @param redirects the addresses of consoles that may be come back to */
export async function companyProvider(redirects: readonly string[]): Promise<CompanyProvider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = await exportJWK(privateKey);
  const people = new Map<string, AccountClaims>();
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = quietly(() => new Provider(issuer, {
    clients: [
      { client_id: CLIENT, client_secret: SECRET, redirect_uris: [...redirects], response_types: ['code'], grant_types: ['authorization_code'] },
      // A native client: any port of this machine. https://www.rfc-editor.org/rfc/rfc8252#section-7.3
      { client_id: COMMAND_LINE, application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/log-in'], response_types: ['code'], grant_types: ['authorization_code'] },
    ],
    jwks: { keys: [{ ...key, alg: 'RS256', use: 'sig', kid: 'one' }] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
    pkce: { required: () => true },
    cookies: { keys: ['of a test'] },
    findAccount: (_context, id) => (people.has(id) ? { accountId: id, claims: () => ({ sub: id, ...people.get(id) }) } : undefined),
    // Nobody is asked whether Slipway may know who they are.
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client?.clientId ?? '', accountId: context.oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
  }));
  const handle = provider.callback();
  const self: CompanyProvider = {
    issuer, people, asked: [], isDown: false,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
  server.on('request', (request, response) => {
    self.asked.push((request.url ?? '').split('?', 1)[0] ?? '');
    if (self.isDown) response.writeHead(503).end();
    else void handle(request, response);
  });
  return self;
}

/** It warns that its store and its form are for development, which is what this is. */
function quietly<T>(make: () => T): T {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return make();
  } finally {
    console.warn = warn;
  }
}

/** What environments.yaml says of it. */
export const identityProvider = ({ issuer }: Pick<CompanyProvider, 'issuer'>, more: object = {}) => ({ kind: 'oidc', issuer, audience: 'slipway-api', claim: 'email', logIn: { client: CLIENT, secret: { from: 'oidc/slipway' }, commandLine: COMMAND_LINE, ...more } });
