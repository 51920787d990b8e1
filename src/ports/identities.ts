/** Who somebody is who shows a token that is no session. Adapters: a file of hashed tokens (one machine), OIDC. */
import type { Identity } from '../domain/ids.ts';

export interface Identities {
  /** Null for a token that nobody has; then nothing may be done with it. */
  byToken(token: string): Promise<Identity | null>;
  /**
   * A new token for somebody, shown this once and kept only as a hash.
   * @throws NotSupported where identities come from elsewhere
   */
  add(identity: Identity): Promise<string>;
  /** Who has a token, and since when (milliseconds since the epoch). */
  list(): Promise<readonly { readonly identity: Identity; readonly createdAt: number }[]>;
  /** Takes all tokens of somebody away; answers how many. */
  revoke(identity: Identity): Promise<number>;
}
