/** Where Slack takes the answer to a button. Adapter: HTTPS. */
export interface SlackReplies {
  /** @throws ProviderUnavailable when Slack does not take it */
  send(url: string, answer: unknown): Promise<void>;
}
