/** Hands a request of Slack to whoever carries it out, so that Slack is answered at once. Adapters: this process, a Lambda function. */
export interface SlackHandover {
  /** Resolves once it is handed over, whatever comes of it. @throws ProviderUnavailable */
  begin(request: string): Promise<void>;
}
