/** What the targets on AWS are composed from: calls by access, and the fence over the table. */
import { callsByAccess } from '../../adapters/aws/calls/assumed-role.ts';
import type { SignedCall } from '../../adapters/aws/calls/signed-call.ts';
import { systemClock } from '../../adapters/local/system-clock.ts';
import { findDesired } from '../../app/state/documents.ts';
import { processEnvironment, signingConfig } from '../../config.ts';
import type { Access } from '../../domain/access.ts';
import { Generation } from '../../domain/ids.ts';
import type { ItemStore } from '../../ports/item-store.ts';
import type { Fence } from '../../ports/target.ts';

/** The function's own role assumes those of environments; sessions are named after the target. */
export function connectBy<C>(kind: string, make: (call: SignedCall) => C): (access: Access | null) => C {
  const call = callsByAccess({ own: signingConfig(processEnvironment()), session: `slipway-${kind}`, clock: systemClock });
  return (access) => make(call(access));
}

export const fenceOf = (store: ItemStore): Fence => ({
  current: async (service, environment) => (await findDesired(store, service, environment))?.value.generation ?? Generation.parse(0),
});
