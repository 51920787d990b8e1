/** How notifications leave: a request to an address, mail, a topic. Adapters: HTTPS, SMTP, SNS. Slack has a port of its own. */
import type { Mail } from '../domain/notification/rule.ts';

export interface Posted {
  readonly status: number;
  /** The beginning of what was answered, for people: at most 500 characters. */
  readonly text: string;
  /** What `Retry-After` asks for; null where it is absent. */
  readonly retryAfterSeconds: number | null;
}

export interface Letter {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** The same however often it is sent: mail programs show it once. */
  readonly id: string;
}

export interface Senders {
  /**
   * POSTs once, follows no redirect, and answers whatever the status.
   * @throws ProviderUnavailable when nothing answers in time; Forbidden for an address that nothing is sent to
   */
  post(request: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }): Promise<Posted>;
  /** @param password of `mail.user` @throws ProviderUnavailable; Forbidden when the server refuses it for good; NotSupported where there is no mail */
  mail(mail: Mail, password: string | null, letter: Letter): Promise<void>;
  /** @throws ProviderUnavailable; Forbidden; NotSupported where there are no topics */
  publish(topic: string, message: { readonly subject: string; readonly text: string; readonly attributes: Readonly<Record<string, string>> }): Promise<void>;
}
