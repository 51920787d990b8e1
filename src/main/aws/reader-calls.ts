/** Calls of the functions that read what services count and write: as the reader beside the role of an environment. */
import { callsByAccess } from '../../adapters/aws/calls/assumed-role.ts';
import type { SignedCall } from '../../adapters/aws/calls/signed-call.ts';
import { systemClock } from '../../adapters/local/system-clock.ts';
import { processEnvironment, signingConfig } from '../../config.ts';
import type { Access } from '../../domain/access.ts';

/** Sessions in the environment's account are named after the function that reads. */
export function readerCalls(): (access: Access | null) => SignedCall {
  const own = signingConfig(processEnvironment());
  return callsByAccess({ own, session: own.caller ?? 'slipway', clock: systemClock });
}
