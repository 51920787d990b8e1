/** Messages in Slack: posted, kept up to date, found again. Adapter: Slack's Web API over HTTPS. */
import type { SlackBlock, SlackView } from '../contracts/slack/blocks.ts';

export interface SlackMessage {
  /** What notifications and screen readers say; without blocks it is the message. Markup: what comes from outside is escaped. */
  readonly text: string;
  readonly blocks?: readonly SlackBlock[];
}

/** A message's name: its channel's id, and its time stamp there. */
export interface SlackPlace {
  readonly channel: string;
  readonly ts: string;
}

/** Slack says no, and would again. */
export interface SlackRefusal {
  readonly kind: 'refused';
  /** Slack's own word, such as `channel_not_found`; `not_connected` where there is no token. */
  readonly error: string;
  /** What to do, in a sentence. */
  readonly remedy: string;
}

/** Whose token it is, as Slack says. */
export interface SlackConnection {
  readonly kind: 'connected';
  readonly team: string;
  readonly teamName: string;
  /** The app's own name there. */
  readonly user: string;
  /** What the token may; null where Slack does not say. */
  readonly scopes: readonly string[] | null;
}

export type SlackSent = { readonly kind: 'sent'; readonly place: SlackPlace } | SlackRefusal;

/**
 * Each waits its turn under Slack's limits, for some seconds at most. All throw ProviderUnavailable when Slack does not answer, or asks to
 * wait longer (`evidence.retryAfterSeconds`): whether a message was posted is not known then, and `find` tells.
 */
export interface SlackMessages {
  /** https://docs.slack.dev/reference/methods/auth.test */
  connection(): Promise<SlackConnection | SlackRefusal>;
  /** @param channel its id @param thread the message that it answers */
  post(channel: string, message: SlackMessage, thread?: string): Promise<SlackSent>;
  update(place: SlackPlace, message: SlackMessage): Promise<SlackSent>;
  /** To one member of a channel alone, who sees it only while there. */
  whisper(channel: string, user: string, message: SlackMessage): Promise<{ readonly kind: 'sent' } | SlackRefusal>;
  /** The app's message that has a block of this id: the newest in the channel, or in a thread, since a moment (milliseconds since the epoch). */
  find(channel: string, blockId: string, where: { readonly sinceMs: number; readonly thread?: string }): Promise<{ readonly kind: 'found'; readonly place: SlackPlace } | { readonly kind: 'absent' } | SlackRefusal>;
  /** A dialog for whoever has just pressed something: Slack takes its trigger for 3 seconds. */
  openView(trigger: string, view: SlackView): Promise<{ readonly kind: 'sent' } | SlackRefusal>;
}
