/** Who somebody is who shows a token. Adapters: a file of hashed tokens (one machine), OIDC. */
import type { Identity } from '../domain/ids.ts';

export interface Identities {
  /** Null for a token that nobody has; then nothing may be done with it. */
  byToken(token: string): Promise<Identity | null>;
}
