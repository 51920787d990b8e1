/** The keys that requests from outside are signed with, or that they show. */
import type { GitHost } from '../domain/git-host.ts';

export interface WebhookSecrets {
  /** One for each kind of host: who is shown one of them can speak for no other. @throws NotFound where none is set up */
  gitHost(host: GitHost): Promise<string>;
  slack(): Promise<string>;
}
