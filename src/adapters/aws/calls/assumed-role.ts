/** Signed calls in the account and region of an environment: as the role that its access names, or the function's own without one. */
import { type Access, type AssumedRole, roleOf } from '../../../domain/access.ts';
import { Forbidden, ProviderUnavailable } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import { callFault } from '../call-fault.ts';
import { createSignedCall, type Credentials, type SignedCall, type SignedCallOptions } from './signed-call.ts';
import { elementIn } from './xml.ts';

/** A role assumed by another role lives an hour at most; https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html (role chaining) */
const SESSION_SECONDS = 3600;
/** Assumed again so long before they end: what was signed last is still good when it arrives. */
const SPARE_MS = 5 * 60_000;
const TIMEOUT_MS = 10_000;

export interface CallsByAccessOptions {
  /** As the function itself calls. */
  readonly own: Omit<SignedCallOptions, 'credentials'> & { readonly credentials: Credentials | null };
  /** Names the sessions in the other account's CloudTrail, for example `slipway-judge`. */
  readonly session: string;
  readonly clock: Clock;
}

interface Assumed extends Credentials {
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * The same call for the same access as long as the execution environment lives: a role is assumed once for many calls, and again shortly
 * before its credentials end. Nothing is assumed before something is called.
 * @throws InvalidInput for an access that contradicts itself. What it answers throws Forbidden when the role may not be assumed
 */
export function callsByAccess({ own, session, clock }: CallsByAccessOptions): (access: Access | null) => SignedCall {
  const made = new Map<string, SignedCall>();
  const sts = createSignedCall(own);
  return (access) => {
    const key = JSON.stringify(access);
    const known = made.get(key);
    if (known !== undefined) return known;
    const assumed = roleOf(access);
    const call = createSignedCall({ ...own, region: access?.region ?? own.region, ...(assumed === null ? {} : { credentials: kept(clock, () => assumeRole(sts, session, assumed)) }) });
    made.set(key, call);
    return call;
  };
}

/** Asked for once by all that need them at the same time; a failure is forgotten, so that the next call asks again. */
function kept(clock: Clock, ask: () => Promise<Assumed>): () => Promise<Credentials> {
  let current: { readonly asked: Promise<Assumed>; expiresAt: number } | undefined;
  return async () => {
    if (current !== undefined && clock.now() < current.expiresAt - SPARE_MS) return current.asked;
    const session = { asked: ask(), expiresAt: Number.POSITIVE_INFINITY };
    current = session;
    try {
      const assumed = await session.asked;
      session.expiresAt = assumed.expiresAt;
      return assumed;
    } catch (error) {
      if (current === session) current = undefined;
      throw error;
    }
  };
}

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * @param session names it in the other account's CloudTrail
 * @throws Forbidden when the role may not be assumed
 */
async function assumeRole(sts: SignedCall, session: string, { role, externalId }: AssumedRole): Promise<Assumed> {
  const body = new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: role, RoleSessionName: session, DurationSeconds: String(SESSION_SECONDS), ...(externalId === null ? {} : { ExternalId: externalId }) });
  const { text } = await sts({ service: 'sts', path: '/', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: body.toString(), timeoutMs: TIMEOUT_MS }).catch((error: unknown) => {
    const fault = callFault('STS', `assume ${role}`, error);
    // The external id stays out of the message: it is what keeps others from asking for this role.
    if (fault instanceof Forbidden) throw new Forbidden(`${fault.message} Let its trust policy name the role of this function, and the external id of the environment: accounts/environment-role.yml makes such a role.`, fault.evidence, { cause: error });
    throw fault;
  });
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'].map((name) => elementIn(text, name));
  const expiresAt = Date.parse(expiration ?? '');
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined || Number.isNaN(expiresAt)) throw new ProviderUnavailable(`STS assumed ${role} and gave no credentials. It is tried again.`, { role });
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt };
}
