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
}

const SlashCommand = z.object({ command: z.string(), text: z.string().max(3000).default(''), user_id: z.string().max(50) });
const BlockActions = z.object({ type: z.literal('block_actions'), user: z.object({ id: z.string().max(50) }), actions: z.array(z.object({ action_id: z.string(), value: z.string().max(500) })).min(1) });
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
  return { verb: known, words, user: command.data.user_id, binding: undefined };
}

function button(payload: string): SlackAction {
  const parsed = BlockActions.safeParse(jsonOf(payload));
  const action = parsed.success ? parsed.data.actions[0] : undefined;
  const verb = VERBS.find((name) => name === action?.action_id);
  const value = ButtonValue.safeParse(jsonOf(action?.value ?? ''));
  if (!parsed.success || (verb !== 'approve' && verb !== 'reject') || !value.success) throw new InvalidInput('The button is not one of Slipway\'s.');
  return { verb, words: [value.data.service, value.data.environment], user: parsed.data.user.id, binding: value.data.binding };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
