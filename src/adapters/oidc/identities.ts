/** Identities of providers beside those that have a token of our own. */
import { looksLikeJwt } from '../../domain/session.ts';
import type { EnvironmentsSource } from '../../ports/environments.ts';
import type { Identities } from '../../ports/identities.ts';
import type { Verifier } from './verifier.ts';

/** Which of the two a token is for shows in its form: neither is ever tried for the other's. */
export const withProviders = (own: Identities, { verifier, environments }: { readonly verifier: Verifier; readonly environments: EnvironmentsSource }): Identities => ({
  ...own,
  byToken: async (token) => (looksLikeJwt(token) ? verifier.identityOf(token, await environments.read()) : own.byToken(token)),
});
