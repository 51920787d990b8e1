/** Errors of the AWS services that targets call, in this project's words. */
import { Conflict, Forbidden, InvalidInput, LimitExceeded, ProviderUnavailable, SlipwayError } from '../../domain/errors.ts';

export const faultName = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
const plain = (name: string): string => name.replace(/(?:Exception|Fault)$/, '');
/** Whether it is one of these, with or without their ending: a service says `TargetGroupNotFound`, the SDK `TargetGroupNotFoundException`. */
export const isFault = (error: unknown, ...names: readonly string[]): boolean => names.some((name) => plain(name) === plain(faultName(error)));
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const REFUSED = /^(?:AccessDenied|UnauthorizedOperation|UnrecognizedClient|InvalidSignature|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|AuthFailure|OptInRequired|MissingAuthenticationToken)$/;
const THROTTLED = /^(?:Throttling|Throttled|RequestLimitExceeded|TooManyRequests|RequestThrottled|SlowDown|PriorRequestNotComplete)$/;
const FULL = /^(?:TooMany\w+|\w*LimitExceeded|ServiceQuotaExceeded|InsufficientInstanceCapacity)$/;
const BUSY = /^(?:ResourceInUse|ScalingActivityInProgress|ResourceContention|UpdateInProgress|Conflict|OperationInProgress)$/;
/** Not `Invalid...Id.NotFound`: EC2 answers that for a while after something was made. */
const MALFORMED = /^(?:Validation(?:Error)?|Invalid\w+|Malformed\w+|MissingParameter|Client|UnsupportedFeature|ClusterNotFound|ListenerNotFound|IncompatibleProtocols|PriorityInUse)$/;

/**
 * What a failed call means to the caller. Throttles, faults of the service and a network that does not answer are passing:
 * the client has tried them again already (3 attempts, the SDK's standard mode), and the state machine does so later.
 * @param doing completes "could not ...", and names no secret
 */
export function awsFault(service: string, doing: string, error: unknown): SlipwayError {
  if (error instanceof SlipwayError) return error;
  const name = plain(faultName(error));
  const evidence = { service, error: faultName(error) };
  const options = { cause: error };
  const said = `${service} could not ${doing}: ${faultName(error)}: ${messageOf(error).replace(/\.$/, '')}.`;
  if (THROTTLED.test(name)) return new ProviderUnavailable(`${said} It takes only so many calls a second; it is tried again.`, evidence, options);
  if (REFUSED.test(name)) return new Forbidden(`${said} Give the role that calls this action on this resource.`, evidence, options);
  if (BUSY.test(name)) return new Conflict(`${said} Something else is changing it; it is tried again.`, evidence, options);
  if (FULL.test(name)) return new LimitExceeded(`${said} Free some, or have the quota raised.`, evidence, options);
  if (MALFORMED.test(name)) return new InvalidInput(`${said} Correct the service's settings.`, evidence, options);
  return new ProviderUnavailable(`${said} It is tried again; look at the service's health if it goes on.`, evidence, options);
}

/** Runs one call, and turns its failure into a typed error. */
export async function calling<T>(service: string, doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw awsFault(service, doing, error);
  }
}

/** The same, but undefined where the service says by one of these names that there is no such thing. */
export async function lookingFor<T>(service: string, doing: string, absent: readonly string[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isFault(error, ...absent)) return undefined;
    throw awsFault(service, doing, error);
  }
}
