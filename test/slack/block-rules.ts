/** Slack's rules for blocks and views, as its reference states them: what breaks one is refused whole. https://docs.slack.dev/reference/block-kit/blocks */
import * as z from 'zod';

const plain = (characters: number) => z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(characters), emoji: z.boolean().optional() });
const markup = z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3000), verbatim: z.boolean().optional() });
const id = { block_id: z.string().min(1).max(255).optional() };
const style = z.enum(['primary', 'danger']).optional();
const confirm = z.strictObject({ title: plain(100), text: plain(300), confirm: plain(30), deny: plain(30), style });
const button = z.strictObject({ type: z.literal('button'), action_id: z.string().min(1).max(255), text: plain(75), value: z.string().min(1).max(2000).optional(), url: z.url().max(3000).optional(), style, confirm: confirm.optional() });
const uniqueActions = (elements: readonly { action_id: string }[]): boolean => new Set(elements.map(({ action_id: action }) => action)).size === elements.length;

const header = z.strictObject({ type: z.literal('header'), text: plain(150), ...id });
const section = z.strictObject({ type: z.literal('section'), text: markup, fields: z.array(markup).max(10).optional(), ...id });
const context = z.strictObject({ type: z.literal('context'), elements: z.array(markup).min(1).max(10), ...id });
const actions = z.strictObject({ type: z.literal('actions'), elements: z.array(button).min(1).max(25).refine(uniqueActions, 'each action_id once'), ...id });
const divider = z.strictObject({ type: z.literal('divider'), ...id });
const input = z.strictObject({
  type: z.literal('input'), label: plain(2000), optional: z.boolean().optional(), ...id,
  element: z.strictObject({ type: z.literal('plain_text_input'), action_id: z.string().max(255), multiline: z.boolean().optional(), max_length: z.int().min(1).max(3000).optional(), min_length: z.int().min(0).max(3000).optional(), placeholder: plain(150).optional() }),
});
const block = z.discriminatedUnion('type', [header, section, context, actions, divider, input]);
const uniqueIds = (blocks: readonly { block_id?: string | undefined }[]): boolean => {
  const ids = blocks.flatMap(({ block_id: name }) => name ?? []);
  return new Set(ids).size === ids.length;
};

export const MessageBlocks = z.array(z.discriminatedUnion('type', [header, section, context, actions, divider])).max(50).refine(uniqueIds, 'each block_id once');
export const View = z.strictObject({
  type: z.literal('modal'), callback_id: z.string().min(1).max(255), private_metadata: z.string().max(3000).optional(), title: plain(24), submit: plain(24).optional(), close: plain(24).optional(),
  blocks: z.array(block).min(1).max(100).refine(uniqueIds, 'each block_id once'),
});
export type View = z.infer<typeof View>;
export type MessageBlock = z.infer<typeof MessageBlocks>[number];
