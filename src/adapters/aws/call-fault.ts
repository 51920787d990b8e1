/** Errors of the AWS services besides the table, in this project's words. */
import { Forbidden, InvalidInput, LimitExceeded, ProviderUnavailable, SlipwayError } from '../../domain/errors.ts';

const REFUSED = new Set(['AccessDeniedException', 'AccessDenied', 'UnrecognizedClientException', 'InvalidSignatureException', 'ExpiredTokenException', 'MissingAuthenticationTokenException', 'KmsAccessDeniedException']);
const MALFORMED = new Set(['ValidationException', 'InvalidArn', 'InvalidName', 'InvalidExecutionInput', 'InvalidOutput', 'InvalidParameterValueException', 'InvalidRequestContentException']);
const TOO_LARGE = new Set(['RequestTooLargeException', 'ExecutionLimitExceeded']);

export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * What a failed call means to the caller. Throttles, faults of the service and a network that does not answer are passing:
 * the client has tried them again already (3 attempts, the SDK's standard mode).
 * @param doing completes "could not ...", and names no secret
 */
export function callFault(service: string, doing: string, error: unknown): SlipwayError {
  if (error instanceof SlipwayError) return error;
  const name = nameOf(error);
  const evidence = { service, error: name };
  const said = `${service} could not ${doing}: ${name}: ${messageOf(error)}.`;
  if (REFUSED.has(name)) return new Forbidden(`${said} Give the function's role this action on this resource.`, evidence, { cause: error });
  if (MALFORMED.has(name)) return new InvalidInput(`${said} Correct the request.`, evidence, { cause: error });
  if (TOO_LARGE.has(name)) return new LimitExceeded(`${said} Send less, or have the quota raised.`, evidence, { cause: error });
  return new ProviderUnavailable(`${said} It is tried again; look at the service's health if it goes on.`, evidence, { cause: error });
}
