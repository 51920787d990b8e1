/** What Slack sends: a slash command, or a button's payload, both as a form. */
import * as z from 'zod';
import { InvalidInput } from '../domain/errors.ts';

const VERBS = ['approve', 'reject', 'pending', 'status', 'help'] as const;

export interface SlackAction {
  readonly verb: (typeof VERBS)[number];
  readonly words: readonly string[];
  /** The Slack member id, which unlike the name never changes. */
  readonly user: string;
  /** What a button was shown with. */
  readonly binding: string | undefined;
  /** Where Slack takes the answer to a button; a slash command is answered in its own response. */
  readonly replyTo: string | undefined;
}

/** Slack's own host only: the address comes from outside. https://docs.slack.dev/interactivity/handling-user-interaction */
const ReplyUrl = z.string().regex(/^https:\/\/hooks\.slack\.com\/[\x21-\x7e]{1,500}$/);

const SlashCommand = z.object({ command: z.string(), text: z.string().max(3000).default(''), user_id: z.string().max(50) });
const BlockActions = z.object({ type: z.literal('block_actions'), user: z.object({ id: z.string().max(50) }), actions: z.array(z.object({ action_id: z.string(), value: z.string().max(500) })).min(1), response_url: ReplyUrl.optional() });
/** The value of an approval's button. */
export const ButtonValue = z.strictObject({ service: z.string(), environment: z.string(), binding: z.string() });

/** @throws InvalidInput */
export function parseSlackBody(body: Uint8Array): SlackAction {
  const form = Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body)));
  if (form.payload !== undefined) return button(form.payload);
  const command = SlashCommand.safeParse(form);
  if (!command.success) throw new InvalidInput('The body is neither a slash command nor a button of Slack.');
  const [verb = 'help', ...words] = command.data.text.trim().split(/\s+/).filter((word) => word !== '');
  const known = VERBS.find((name) => name === verb);
  if (known === undefined) throw new InvalidInput(`"${verb.slice(0, 40)}" is no command. Use: ${VERBS.join(', ')}.`);
  return { verb: known, words, user: command.data.user_id, binding: undefined, replyTo: undefined };
}

function button(payload: string): SlackAction {
  const parsed = BlockActions.safeParse(jsonOf(payload));
  const action = parsed.success ? parsed.data.actions[0] : undefined;
  const verb = VERBS.find((name) => name === action?.action_id);
  const value = ButtonValue.safeParse(jsonOf(action?.value ?? ''));
  if (!parsed.success || (verb !== 'approve' && verb !== 'reject') || !value.success) throw new InvalidInput('The button is not one of Slipway\'s.');
  return { verb, words: [value.data.service, value.data.environment], user: parsed.data.user.id, binding: value.data.binding, replyTo: parsed.data.response_url };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What Slack shows: text, and buttons below it. https://docs.slack.dev/reference/block-kit/blocks */
export type SlackBlock =
  | { readonly type: 'section'; readonly text: { readonly type: 'mrkdwn'; readonly text: string } }
  | { readonly type: 'actions'; readonly elements: readonly SlackButton[] };

interface SlackButton {
  readonly type: 'button';
  readonly action_id: 'approve' | 'reject';
  readonly style: 'primary' | 'danger';
  readonly text: { readonly type: 'plain_text'; readonly text: string };
  readonly value: string;
}

const SECTION_CHARACTERS_MAX = 3000;

/** Slack reads <, > and & as markup. https://docs.slack.dev/messaging/formatting-message-text */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').slice(0, SECTION_CHARACTERS_MAX);

/** A question with its two buttons, which carry what it showed. */
export function questionBlocks(text: string, value: z.infer<typeof ButtonValue>): SlackBlock[] {
  const button = (verb: 'approve' | 'reject', style: 'primary' | 'danger', label: string): SlackButton => ({ type: 'button', action_id: verb, style, text: { type: 'plain_text', text: label }, value: JSON.stringify(value) });
  return [
    { type: 'section', text: { type: 'mrkdwn', text: escaped(text) } },
    { type: 'actions', elements: [button('approve', 'primary', 'Approve'), button('reject', 'danger', 'Reject')] },
  ];
}
