/** Who calls the packaged API: whoever an identity provider vouches for that environments.yaml names. There are no tokens of Slipway's own. */
import { closedIdentities } from '../../../adapters/aws/closed-identities.ts';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import { withProviders } from '../../../adapters/oidc/identities.ts';
import { createVerifier } from '../../../adapters/oidc/verifier.ts';
import { platform } from '../../aws.ts';
import type { Part } from '../../platform.ts';

export const identities: Part<'identities'> = async () => {
  const { environments } = await platform.ports();
  return withProviders(closedIdentities, { verifier: createVerifier({ clock: systemClock }), environments });
};
