/** Logs somebody in: by the code that their browser brought back from the provider's page, or by an address that `slipway console` printed. */
import { NotSupported, SlipwayError, Unauthenticated } from '../../domain/errors.ts';
import { identityNamed, type LogInClient, type OidcProvider } from '../../domain/identity-providers.ts';
import { SESSION_SECONDS_MAX } from '../../domain/session.ts';
import type { Ports } from '../../ports/index.ts';
import { redeemLogInLink } from '../sessions/log-in-link.ts';
import { openSession, type OpenedSession } from '../sessions/open-session.ts';
import { recordWrite } from '../sessions/records.ts';
import { hashOf } from '../sessions/token-hash.ts';
import { creating } from '../state/documents.ts';
import { usedCodeKey } from '../state/keys.ts';
import { boundedly } from './attempts.ts';
import { nonceOf } from './nonce.ts';

export type LogInNeeds = Pick<Ports, 'store' | 'clock' | 'ids' | 'environments' | 'secrets' | 'logInProvider'>;

export interface CodeInput {
  readonly with: 'code';
  readonly client: 'console' | 'command-line';
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly issuer?: string | undefined;
}
export type LogInInput = CodeInput | { readonly with: 'link'; readonly link: string };

/** As long as a code could be shown again; a provider's own lives ten minutes at most. https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 */
const CODE_SECONDS = 3600;

/** The provider on whose page people log in, with Slipway as its client; null where there is none. */
export async function logInProviderOf({ environments }: Pick<Ports, 'environments'>): Promise<{ readonly provider: OidcProvider; readonly logIn: LogInClient } | null> {
  const provider = (await environments.read()).identityProviders.find((known) => known.kind === 'oidc');
  return provider?.logIn === undefined ? null : { provider, logIn: provider.logIn };
}

/** The public client has no secret to show. */
export const clientOf = ({ client, commandLine }: LogInClient, of: CodeInput['client']): { readonly id: string; readonly isConsole: boolean } => (of === 'command-line' && commandLine !== undefined ? { id: commandLine, isConsole: false } : { id: client, isConsole: true });

/** @throws Unauthenticated saying why; TooManyRequests; ProviderUnavailable */
export const logIn = (needs: LogInNeeds) => (input: LogInInput, from: string): Promise<OpenedSession> => boundedly(needs)(from, async () => {
  try {
    return await (input.with === 'link' ? redeemLogInLink(needs)(input.link, from) : byCode(needs, input, from));
  } catch (error) {
    if (error instanceof Unauthenticated) await needs.store.transact([recordWrite(needs, { event: 'refused', from, client: input.with === 'link' ? 'console' : input.client, origin: input.with === 'link' ? 'link' : 'provider', why: error.message })]);
    throw error;
  }
});

async function byCode(needs: LogInNeeds, { client, code, verifier, redirectUri, issuer }: CodeInput, from: string): Promise<OpenedSession> {
  const found = await logInProviderOf(needs);
  if (found === null) throw new NotSupported('Nobody logs in on a provider\'s page here: environments.yaml names no identity provider with "logIn".');
  const { provider, logIn: registered } = found;
  // An answer of another provider, mixed up on its way. https://www.rfc-editor.org/rfc/rfc9207
  if (issuer !== undefined && issuer !== provider.issuer) throw new Unauthenticated('The answer is of another identity provider. Begin again.');
  const { id, isConsole } = clientOf(registered, client);
  const secret = registered.secret === undefined || !isConsole ? null : await needs.secrets.resolve(registered.secret.from);
  const taken = await needs.logInProvider.take(provider, { client: id, secret, code, verifier, redirectUri, nonce: nonceOf(verifier) });
  if (taken.kind === 'refused') throw new Unauthenticated(`You are not logged in: ${taken.why}. Begin again.`);
  const identity = identityNamed(taken.name, (await needs.environments.read()).people);
  if (identity === null) throw new Unauthenticated('You are not logged in: what the provider calls you cannot be a name here.');
  const uses = [creating(usedCodeKey(hashOf(code)), { at: needs.clock.now() }, Math.floor(needs.clock.now() / 1000) + CODE_SECONDS)];
  try {
    return await openSession(needs)({ identity, origin: 'provider', client, from, seconds: SESSION_SECONDS_MAX, vouched: { issuer: provider.issuer, name: taken.name }, uses });
  } catch (error) {
    // A provider takes a code once; should one take it twice, it opens one session all the same.
    throw error instanceof SlipwayError && error.name === 'Conflict' ? new Unauthenticated('This log-in was used already. Begin again.', {}, { cause: error }) : error;
  }
}
