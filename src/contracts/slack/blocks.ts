/** What Slack shows, as far as Slipway uses it, held to its limits. https://docs.slack.dev/reference/block-kit/blocks */

export interface Plain {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji?: boolean;
}
export interface Markup {
  readonly type: 'mrkdwn';
  readonly text: string;
}

/** Asked before a button's press is sent. https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
export interface Confirmation {
  readonly title: Plain;
  readonly text: Plain;
  readonly confirm: Plain;
  readonly deny: Plain;
  readonly style?: 'primary' | 'danger';
}

export interface Button {
  readonly type: 'button';
  readonly action_id: string;
  readonly text: Plain;
  readonly style?: 'primary' | 'danger';
  readonly value?: string;
  readonly url?: string;
  readonly confirm?: Confirmation;
}

/** `block_id` names a block within its message; it comes back with the message's history. */
export type SlackBlock = { readonly block_id?: string } & (
  | { readonly type: 'header'; readonly text: Plain }
  | { readonly type: 'section'; readonly text: Markup }
  | { readonly type: 'context'; readonly elements: readonly Markup[] }
  | { readonly type: 'actions'; readonly elements: readonly Button[] }
  | { readonly type: 'input'; readonly label: Plain; readonly optional: boolean; readonly element: { readonly type: 'plain_text_input'; readonly action_id: string; readonly multiline: boolean; readonly max_length: number; readonly placeholder: Plain } }
  | { readonly type: 'divider' });

/** A dialog. https://docs.slack.dev/reference/views/modal-views */
export interface SlackView {
  readonly type: 'modal';
  readonly callback_id: string;
  readonly private_metadata: string;
  readonly title: Plain;
  readonly submit: Plain;
  readonly close: Plain;
  readonly blocks: readonly SlackBlock[];
}

/** Characters and counts that Slack takes at most; what is over is refused whole with `invalid_blocks`. */
export const SLACK_LIMITS = {
  blocks: 50, viewBlocks: 100, header: 150, text: 3000, contextElements: 10, actionElements: 25, blockId: 255, actionId: 255, buttonText: 75, buttonValue: 2000, url: 3000,
  confirmTitle: 100, confirmText: 300, confirmLabel: 30, viewTitle: 24, viewLabel: 24, privateMetadata: 3000, inputLabel: 2000, placeholder: 150, fallback: 4000,
} as const;

/** Cut with an ellipsis, never within a pair of surrogates. */
export function clipped(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Slack reads <, > and & as markup, which would also mention everybody. https://docs.slack.dev/messaging/formatting-message-text */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A link; what is shown may not end it. */
export const link = (url: string, text: string): string => `<${url.replaceAll(/[<>|\s]/g, encodeURIComponent)}|${escaped(text).replaceAll('|', '/')}>`;

/** In the reader's own time zone. @param at milliseconds since the epoch */
export const time = (at: number, form = '{time}'): string => `<!date^${Math.floor(at / 1000)}^${form}|${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC>`;

/** In one width, as it is: outside text cannot end it. */
export const code = (text: string): string => `\`${escaped(text).replaceAll('`', '\'')}\``;
export const codeBlock = (text: string): string => `\`\`\`\n${escaped(text).replaceAll('```', '\'\'\'')}\n\`\`\``;

export const plain = (text: string, characters: number): Plain => ({ type: 'plain_text', text: clipped(text, characters), emoji: true });

const markup = (text: string): Markup => ({ type: 'mrkdwn', text: clipped(text, SLACK_LIMITS.text) });
const named = (id: string | undefined) => (id === undefined ? {} : { block_id: id.slice(0, SLACK_LIMITS.blockId) });

export const header = (text: string, id?: string): SlackBlock => ({ type: 'header', text: plain(text, SLACK_LIMITS.header), ...named(id) });
/** @param text markup: whatever comes from outside is escaped already */
export const section = (text: string, id?: string): SlackBlock => ({ type: 'section', text: markup(text), ...named(id) });
export const context = (texts: readonly string[], id?: string): SlackBlock => ({ type: 'context', elements: texts.slice(0, SLACK_LIMITS.contextElements).map(markup), ...named(id) });
export const actions = (elements: readonly Button[], id?: string): SlackBlock => ({ type: 'actions', elements: elements.slice(0, SLACK_LIMITS.actionElements), ...named(id) });
export const divider: SlackBlock = { type: 'divider' };

export const confirmation = (title: string, text: string, confirm: string, style: 'primary' | 'danger'): Confirmation => ({
  title: plain(title, SLACK_LIMITS.confirmTitle), text: plain(text, SLACK_LIMITS.confirmText), confirm: plain(confirm, SLACK_LIMITS.confirmLabel), deny: plain('Not yet', SLACK_LIMITS.confirmLabel), style,
});
