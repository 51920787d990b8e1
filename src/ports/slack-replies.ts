/** Where Slack takes the answer to a command or a button: five times, for half an hour. Adapter: HTTPS. */
import type { SlackMessage } from './slack-messages.ts';

export interface SlackReply extends SlackMessage {
  /** Shown to the person alone unless it is said to the channel. */
  readonly response_type: 'ephemeral' | 'in_channel';
  readonly replace_original: boolean;
}

export interface SlackReplies {
  /** Whether this is an address of Slack: nothing is ever sent to another. */
  takes(url: string): boolean;
  /**
   * `gone`: the address has expired, or was used five times.
   * https://docs.slack.dev/interactivity/handling-user-interaction
   * @throws ProviderUnavailable when Slack does not take it now
   */
  send(url: string, answer: SlackReply): Promise<'sent' | 'gone'>;
}
