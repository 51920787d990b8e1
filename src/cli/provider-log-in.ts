/**
 * Logging in on the provider's page, from a terminal: the browser comes back to a port of this machine that is open just for it
 * (https://www.rfc-editor.org/rfc/rfc8252#section-7.3), with PKCE. The control plane exchanges the code.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError, EXIT } from './exit.ts';

const PATH = '/log-in';
const HEAD_BYTES_MAX = 16 * 1024;

export interface ProviderPage {
  readonly authorizationEndpoint: string;
  readonly client: string;
  readonly scopes: readonly string[];
}

export interface BroughtBack {
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly issuer?: string;
}

const random = (): string => randomBytes(32).toString('base64url');
const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

/**
 * Waits for the browser to come back.
 * @param show told the address that the browser is to open
 * @param signal gives up @throws CliError when the provider says no, or nobody comes back
 */
export async function browserLogIn(page: ProviderPage, show: (address: string) => Promise<void>, signal: AbortSignal): Promise<BroughtBack> {
  const [state, verifier] = [random(), random()];
  const server = createServer({ maxHeaderSize: HEAD_BYTES_MAX, requestTimeout: 10_000 });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
  try {
    const answer = new Promise<URLSearchParams>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new CliError(EXIT.failed, 'Nobody came back from the provider\'s page in time. Run "slipway login" again.')), { once: true });
      server.on('request', (request, response) => {
        const url = new URL(request.url ?? '/', 'http://127.0.0.1');
        // Any page may send a browser here: only who brings the state back is the one that was sent away.
        if (request.method !== 'GET' || url.pathname !== PATH || url.searchParams.get('state') !== state) return say(response, 404, 'This is not the answer to a log-in that was begun here.');
        say(response, 200, url.searchParams.has('code') ? 'Thank you. The terminal goes on; this page can be closed.' : 'The provider said no. The terminal says more.');
        resolve(url.searchParams);
      });
    });
    // Also when showing the address fails first, it is nobody's unhandled rejection.
    answer.catch(() => undefined);
    await show(addressFor(page, { redirectUri, state, verifier }));
    return brought(await answer, { redirectUri, verifier });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function addressFor({ authorizationEndpoint, client, scopes }: ProviderPage, { redirectUri, state, verifier }: { redirectUri: string; state: string; verifier: string }): string {
  const address = new URL(authorizationEndpoint);
  const asked = {
    response_type: 'code', client_id: client, redirect_uri: redirectUri, scope: scopes.join(' '), state,
    // As src/app/log-in/nonce.ts: what the ID token must repeat.
    nonce: hash(`slipway-nonce.${verifier}`), code_challenge: hash(verifier), code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  return address.href;
}

function brought(answer: URLSearchParams, given: { redirectUri: string; verifier: string }): BroughtBack {
  const [code, issuer] = [answer.get('code'), answer.get('iss')];
  if (code === null) throw new CliError(EXIT.unauthenticated, `The identity provider says no: ${(answer.get('error') ?? 'no reason').replaceAll(/[^\w .:-]/g, '').slice(0, 100)}.`);
  return { code, ...given, ...(issuer === null ? {} : { issuer }) };
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-security-policy': "default-src 'none'", 'referrer-policy': 'no-referrer', connection: 'close' }).end(`${text}\n`);
}
