/** A notification as a message in Slack. */
import type { Notification, Severity } from './notification.ts';

const SIGNS = { info: ':information_source:', warning: ':warning:', critical: ':rotating_light:' } as const satisfies Record<Severity, string>;

/** The three characters that are markup: https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A section takes 3000 characters: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const TEXT_MAX = 2500;

export function slackMessageOf({ severity, title, text, url }: Notification): { readonly text: string } {
  const body = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
  return { text: `${SIGNS[severity]} *${escaped(title)}*\n${escaped(body)}${url === null ? '' : `\n<${url}|Open>`}` };
}
