/** A member of the workspace: types, presses and fills in, and Slack signs it and sends it to the app. */
import { createHmac } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { MessageBlock, View } from './block-rules.ts';
import type { Message, Reply, SlackStandIn } from './stand-in.ts';

export interface Sent {
  readonly status: number;
  readonly text: string;
  /** Where the app may answer. */
  readonly replyTo: string;
}

export interface SendOptions {
  /** Seconds since the epoch. */
  readonly timestamp?: number;
  readonly secret?: string;
  readonly team?: string;
  readonly app?: string;
  readonly enterprise?: string;
}

export interface App {
  /** Where it takes requests, such as `http://127.0.0.1:7420/slack`. */
  readonly url: () => string;
  readonly secret: () => string;
}

const PATIENCE_MS = 20_000;
const LOOK_MS = 5;

export class SlackMember {
  readonly slack: SlackStandIn;
  readonly id: string;
  readonly #app: App;
  /** The last body, as it was signed: for those who send it again. */
  last = { body: '', headers: {} as Record<string, string> };

  constructor(slack: SlackStandIn, app: App, id: string) {
    this.slack = slack;
    this.#app = app;
    this.id = id;
  }

  /** Types a slash command in the channel. */
  type(text: string, options: SendOptions = {}): Promise<Sent> {
    const replyTo = this.slack.responseUrl();
    const { team = 'T0TEAM', app = 'A0SLIPWAY', enterprise } = options;
    return this.#send({ command: '/slipway', text, user_id: this.id, user_name: 'somebody', team_id: team, api_app_id: app, ...(enterprise === undefined ? {} : { enterprise_id: enterprise }), channel_id: 'C0DEPLOYS', channel_name: 'deploys', response_url: replyTo, trigger_id: this.slack.trigger() }, replyTo, options);
  }

  /** Presses a button of a message; what it asks first is answered with yes. */
  press(message: Pick<Message, 'blocks'>, action: string, options: SendOptions = {}): Promise<Sent> {
    const button = buttonsOf(message.blocks).find(({ action_id: id }) => id === action);
    if (button?.value === undefined) throw new Error(`the message has no button "${action}"`);
    return this.pressValue(action, button.value, options);
  }

  pressValue(action: string, value: string, options: SendOptions = {}): Promise<Sent> {
    const replyTo = this.slack.responseUrl();
    return this.#interact({ type: 'block_actions', trigger_id: this.slack.trigger(), response_url: replyTo, channel: { id: 'C0DEPLOYS', name: 'deploys' }, actions: [{ type: 'button', block_id: 'b', action_id: action, value }] }, replyTo, options);
  }

  /** Fills in the only input of a dialog and submits it. */
  submit(view: View, text: string, options: SendOptions = {}): Promise<Sent> {
    const input = view.blocks.find((block) => block.type === 'input');
    if (input?.type !== 'input') throw new Error('the dialog has no input');
    const values = { [input.block_id ?? 'b']: { [input.element.action_id]: { type: 'plain_text_input', value: text } } };
    return this.#interact({ type: 'view_submission', trigger_id: this.slack.trigger(), view: { id: 'V1', callback_id: view.callback_id, private_metadata: view.private_metadata ?? '', state: { values } } }, '', options);
  }

  /** Sends the last request again, unchanged, as a replay or a second delivery. */
  async again(headers: Record<string, string> = {}): Promise<number> {
    return (await fetch(this.#app.url(), { method: 'POST', body: this.last.body, headers: { ...this.last.headers, ...headers } })).status;
  }

  /** The app's first answer to what was sent. */
  async answer({ replyTo }: Pick<Sent, 'replyTo'>, nth = 0): Promise<Reply> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.slack.replies.filter(({ url }) => url === replyTo)[nth];
      if (found !== undefined) return found;
      if (Date.now() > until) throw new Error(`the app did not answer within ${PATIENCE_MS} ms`);
      await after(LOOK_MS);
    }
  }

  async ask(text: string, options: SendOptions = {}): Promise<string> {
    const sent = await this.type(text, options);
    return sent.text === '' ? (await this.answer(sent)).text : (JSON.parse(sent.text) as { text: string }).text;
  }

  #interact(payload: Record<string, unknown>, replyTo: string, options: SendOptions): Promise<Sent> {
    const { team = 'T0TEAM', app = 'A0SLIPWAY', enterprise } = options;
    return this.#send({ payload: JSON.stringify({ ...payload, user: { id: this.id, username: 'somebody', team_id: team }, team: { id: team, domain: 'example' }, enterprise: enterprise === undefined ? null : { id: enterprise }, api_app_id: app }) }, replyTo, options);
  }

  async #send(fields: Record<string, string>, replyTo: string, { timestamp, secret }: SendOptions): Promise<Sent> {
    const body = new URLSearchParams(fields).toString();
    const at = String(timestamp ?? Math.floor(Date.now() / 1000));
    const signature = `v0=${createHmac('sha256', secret ?? this.#app.secret()).update(`v0:${at}:${body}`).digest('hex')}`;
    this.last = { body, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': at, 'x-slack-signature': signature } };
    const response = await fetch(this.#app.url(), { method: 'POST', body, headers: this.last.headers });
    return { status: response.status, text: await response.text(), replyTo };
  }
}

export const buttonsOf = (blocks: readonly MessageBlock[]) => blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
