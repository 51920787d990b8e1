/** The keys that requests from outside are signed with. */
export interface WebhookSecrets {
  github(): Promise<string>;
  slack(): Promise<string>;
}
