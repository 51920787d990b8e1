/** Who calls the packaged API. */
import { closedIdentities } from '../../../adapters/aws/closed-identities.ts';
import type { Part } from '../../platform.ts';

export const identities: Part<'identities'> = async () => closedIdentities;
