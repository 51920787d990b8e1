/**
 * Logging in on the page of the identity provider: authorization code with PKCE. The tab keeps one secret while its reader is away, the
 * verifier, and the state that the answer must bring back; the control plane exchanges the code and checks what comes for it.
 */
import { ask, messageOf } from './client.ts';
import type { AnswerOf } from './operations.ts';
import { logIn } from './session.ts';

export type Provider = NonNullable<AnswerOf<'readLogIn'>['provider']>;

const PATH = '/log-in';
const BEGUN = 'slipway.log-in';
const LOGGED_OUT = 'slipway.logged-out';
/** As long as somebody takes to find their second factor; a code lives ten minutes at most anyway. */
const WITHIN_MS = 20 * 60_000;

interface Begun {
  readonly state: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly at: number;
}

const base64url = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));
const hash = async (text: string): Promise<string> => base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
const redirectUri = (): string => `${location.origin}${PATH}`;

/** Sends the browser to the provider's page. @throws Error that says why it cannot be */
export async function beginLogIn(provider: Provider): Promise<void> {
  // The browser's cryptography is only there where nobody on the way can change the page.
  if (!isSecureContext) throw new Error('Logging in on the provider\'s page needs the console over https, or on this machine.');
  const [state, verifier] = [random(), random()];
  const isBack = location.pathname === PATH;
  sessionStorage.setItem(BEGUN, JSON.stringify({ state, verifier, returnTo: isBack ? '/' : location.pathname + location.search, at: Date.now() } satisfies Begun));
  const address = new URL(provider.authorizationEndpoint);
  const asked: Record<string, string> = {
    response_type: 'code', client_id: provider.clients.console, redirect_uri: redirectUri(), scope: provider.scopes.join(' '), state,
    // As src/app/log-in/nonce.ts: what the ID token must repeat.
    nonce: await hash(`slipway-nonce.${verifier}`), code_challenge: await hash(verifier), code_challenge_method: 'S256',
    // Who has just logged out here may be somebody else by now, and is asked who they are.
    ...(sessionStorage.getItem(LOGGED_OUT) === null ? {} : { prompt: 'login' }),
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  location.assign(address);
}

/** Whether the address is an answer of the provider. */
export const isProviderAnswer = (): boolean => location.pathname === PATH && /[?&](?:code|error)=/.test(location.search);

/** Takes the provider's answer out of the address and the history at once, and exchanges it. @returns why not, or null */
export async function completeLogIn(): Promise<string | null> {
  const answer = new URLSearchParams(location.search);
  const begun = taken();
  history.replaceState(null, '', begun?.returnTo ?? '/');
  // Somebody else's code, in an address that they made: nothing is asked of anybody.
  if (begun === null || answer.get('state') !== begun.state) return 'This answer of the identity provider is not for a log-in that was begun in this tab, so it was not used. Log in again.';
  if (Date.now() - begun.at > WITHIN_MS) return 'Too much time went by. Log in again.';
  const code = answer.get('code');
  if (code === null) return `The identity provider says no (${(answer.get('error') ?? '').slice(0, 60)})${answer.get('error_description') === null ? '' : `: ${answer.get('error_description')?.slice(0, 200)}`}.`;
  const issuer = answer.get('iss');
  try {
    logIn((await ask('logIn', { body: { with: 'code', client: 'console', code, verifier: begun.verifier, redirectUri: redirectUri(), ...(issuer === null ? {} : { issuer }) } }, { token: null })).value.token);
    sessionStorage.removeItem(LOGGED_OUT);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** What was begun in this tab; it counts once, whatever comes of it. */
function taken(): Begun | null {
  const text = sessionStorage.getItem(BEGUN);
  sessionStorage.removeItem(BEGUN);
  return text === null ? null : (JSON.parse(text) as Begun);
}

/** So that the next log-in in this tab asks who it is. */
export function rememberLogOut(): void {
  try {
    sessionStorage.setItem(LOGGED_OUT, '1');
  } catch {
    // Storage is off: then nobody could begin to log in on the provider's page either.
  }
}
