/** What the targets on AWS are composed from: clients by access, and the fence over the table. */
import { roleAssumer } from '../../adapters/aws/calls/assumed-role.ts';
import { findDesired } from '../../app/state/documents.ts';
import { processEnvironment, signingConfig } from '../../config.ts';
import type { Access } from '../../domain/access.ts';
import { Generation } from '../../domain/ids.ts';
import type { ItemStore } from '../../ports/item-store.ts';
import type { Fence } from '../../ports/target.ts';
import { clientsByAccess, type ClientPlace } from '../../targets/_aws/access.ts';

/** The function's own role assumes those of environments; sessions are named after the target. */
export const connectBy = <C>(kind: string, make: (place: ClientPlace) => C): ((access: Access | null) => C) => clientsByAccess({ assume: roleAssumer({ own: signingConfig(processEnvironment()), session: `slipway-${kind}` }) }, make);

export const fenceOf = (store: ItemStore): Fence => ({
  current: async (service, environment) => (await findDesired(store, service, environment))?.value.generation ?? Generation.parse(0),
});
