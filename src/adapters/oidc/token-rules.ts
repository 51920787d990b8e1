/** What holds for every token of an identity provider, whatever it is for. */
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { ProviderUnavailable } from '../../domain/errors.ts';

/** Only signatures of a key pair: with a shared secret whoever checks could also sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const CLOCK_TOLERANCE_SECONDS = 30;

/**
 * The claims of a token that verifies; null for one that does not.
 * @param now milliseconds since the epoch
 * @throws ProviderUnavailable when the provider does not give its keys: its tokens let nobody in then
 */
export async function verifiedClaims(token: string, keys: JWTVerifyGetKey, { issuer, audience, now }: { readonly issuer: string; readonly audience: string; readonly now: number }): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ['exp', 'iat', 'sub'], currentDate: new Date(now) });
    return payload;
  } catch (error) {
    const isFault = !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC';
    if (!isFault) return null;
    throw new ProviderUnavailable(`The identity provider ${issuer} did not give its keys: ${error instanceof Error ? error.message : String(error)}. Try again.`, { issuer }, { cause: error });
  }
}
