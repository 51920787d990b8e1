/** What Slack sends: a slash command, a button's press, a dialog's submission, all as a form. */
import * as z from 'zod';
import { InvalidInput } from '../../domain/errors.ts';
import { EnvironmentName, ServiceName } from '../../domain/ids.ts';

/** What a question was shown with; the value of its buttons. */
export const Question = z.strictObject({ service: ServiceName, environment: EnvironmentName, binding: z.string().regex(/^[0-9a-f]{16}$/) });
export type Question = z.infer<typeof Question>;

const Origin = z.strictObject({ team: z.string(), enterprise: z.string().nullable(), app: z.string().nullable() });
const Asked = {
  origin: Origin,
  /** The member's id, which unlike the name never changes. */
  user: z.string(),
  channel: z.string().nullable(),
  /** Where Slack takes the answer. */
  replyTo: z.string().nullable(),
};

export const SlackRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), ...Asked, text: z.string() }),
  z.strictObject({ kind: z.literal('button'), ...Asked, decision: z.enum(['approve', 'reject']), question: Question, trigger: z.string() }),
  /** Of the dialog that asks why: it says no. */
  z.strictObject({ kind: z.literal('rejection'), ...Asked, question: Question, why: z.string() }),
]);
export type SlackRequest = z.infer<typeof SlackRequest>;

const Id = z.string().min(1).max(50);
const Url = z.string().max(1000);
/** Far more than what any command takes: a reason has 1,000. */
export const COMMAND_CHARACTERS = 3000;
/** https://docs.slack.dev/interactivity/implementing-slash-commands */
const SlashCommand = z.object({ command: z.string(), text: z.string().max(COMMAND_CHARACTERS).default(''), user_id: Id, team_id: Id, enterprise_id: Id.optional(), api_app_id: Id.optional(), channel_id: Id, response_url: Url, trigger_id: z.string().min(1).max(200) });

const Sender = { user: z.object({ id: Id }), team: z.object({ id: Id }).nullable(), enterprise: z.object({ id: Id }).nullish(), api_app_id: Id.optional() };
/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const BlockActions = z.object({
  type: z.literal('block_actions'), ...Sender, trigger_id: z.string().min(1).max(200), response_url: Url.optional(), channel: z.object({ id: Id }).optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().max(2000).optional() })).min(1),
});
/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
const ViewSubmission = z.object({
  type: z.literal('view_submission'), ...Sender,
  view: z.object({ callback_id: z.literal('reject'), private_metadata: z.string().max(3000), state: z.object({ values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().max(3000).nullish() }))) }) }),
});

/** What the dialog was opened from, kept in it. */
export const DialogMemory = z.strictObject({ question: Question, channel: z.string().nullable(), replyTo: z.string().nullable() });
export type DialogMemory = z.infer<typeof DialogMemory>;
export const WHY = 'why';

/** What Slack sends to see whether there is somebody: nothing is asked for by it. `slipway slack connect` sends it too. https://docs.slack.dev/interactivity/implementing-slash-commands */
export const isSslCheck = (body: Uint8Array): boolean => body.length <= 200 && new URLSearchParams(new TextDecoder().decode(body)).get('ssl_check') === '1';
export const SSL_CHECK_BODY = 'ssl_check=1';

/** @throws InvalidInput */
export function parseSlackRequest(body: Uint8Array): SlackRequest {
  const form = Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body)));
  if (form['payload'] !== undefined) return interaction(jsonOf(form['payload']));
  const command = SlashCommand.safeParse(form);
  if (!command.success) throw new InvalidInput(onlyTooLong(command.error) ? `The command has ${form['text']?.length} characters; up to ${COMMAND_CHARACTERS} are read. Nothing was done. Send it again with a shorter comment.` : 'The body is neither a slash command nor a button of Slack.');
  const { data } = command;
  return { kind: 'command', origin: { team: data.team_id, enterprise: data.enterprise_id ?? null, app: data.api_app_id ?? null }, user: data.user_id, channel: data.channel_id, replyTo: data.response_url, text: data.text };
}

const onlyTooLong = ({ issues }: z.ZodError): boolean => issues.every(({ code, path }) => code === 'too_big' && path[0] === 'text');

const originOf = ({ team, enterprise, api_app_id: app }: { team: { id: string } | null; enterprise?: { id: string } | null | undefined; api_app_id?: string | undefined }) => ({ team: team?.id ?? '', enterprise: enterprise?.id ?? null, app: app ?? null });

function interaction(payload: unknown): SlackRequest {
  const submitted = ViewSubmission.safeParse(payload);
  if (submitted.success) return rejection(submitted.data);
  const pressed = BlockActions.safeParse(payload);
  const [action] = pressed.success ? pressed.data.actions : [];
  const question = Question.safeParse(jsonOf(action?.value ?? ''));
  if (!pressed.success || (action?.action_id !== 'approve' && action?.action_id !== 'reject') || !question.success) throw new InvalidInput('The button is not one of Slipway\'s.');
  return { kind: 'button', origin: originOf(pressed.data), user: pressed.data.user.id, channel: pressed.data.channel?.id ?? null, replyTo: pressed.data.response_url ?? null, decision: action.action_id, question: question.data, trigger: pressed.data.trigger_id };
}

function rejection({ view, ...sender }: z.infer<typeof ViewSubmission>): SlackRequest {
  const memory = DialogMemory.safeParse(jsonOf(view.private_metadata));
  if (!memory.success) throw new InvalidInput('The dialog is not one of Slipway\'s.');
  const why = Object.values(view.state.values).map((block) => block[WHY]?.value ?? '').find((text) => text !== '') ?? '';
  return { kind: 'rejection', origin: originOf(sender), user: sender.user.id, ...memory.data, why };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
