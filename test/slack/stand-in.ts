/** A workspace of Slack: its Web API and response URLs over real HTTP, as documented, with what it keeps in memory. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageBlocks, View, type MessageBlock } from './block-rules.ts';

export interface Message {
  ts: string;
  channel: string;
  text: string;
  blocks: MessageBlock[];
  thread: string | undefined;
  /** Each text and set of blocks that it had, oldest first. */
  readonly history: { readonly at: number; readonly text: string; readonly blocks: readonly MessageBlock[] }[];
}

export interface Channel {
  isMember: boolean;
  isArchived: boolean;
  isPrivate: boolean;
}

export interface Call {
  readonly method: string;
  readonly at: number;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a response URL was sent. https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export interface Reply {
  readonly url: string;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface StandInOptions {
  readonly token?: string;
  readonly scopes?: readonly string[];
  /** Posts per channel: one in so many milliseconds, with a burst of 4. Absent: no limit. */
  readonly postIntervalMs?: number;
}

export type Fault = { readonly status: number; readonly retryAfter?: number } | { readonly error: string } | 'no answer' | 'take and drop';

const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'chat.postMessage': ['chat:write'], 'chat.update': ['chat:write'], 'chat.postEphemeral': ['chat:write'], 'views.open': [], 'auth.test': [],
  'conversations.history': ['channels:history', 'groups:history'], 'conversations.replies': ['channels:history', 'groups:history'],
};
/** A response URL takes 5 answers within 30 minutes. */
const REPLIES_MAX = 5;
const REPLY_MS = 30 * 60_000;
const TRIGGER_MS = 3000;
const BURST = 4;

export class SlackStandIn {
  readonly channels = new Map<string, Channel>([['C0DEPLOYS', { isMember: true, isArchived: false, isPrivate: false }]]);
  readonly messages: Message[] = [];
  readonly calls: Call[] = [];
  readonly replies: Reply[] = [];
  readonly whispers: { readonly channel: string; readonly user: string; readonly text: string }[] = [];
  readonly views: { readonly trigger: string; readonly view: View }[] = [];
  readonly token: string;
  scopes: Set<string>;
  /** Why the token counts no more. */
  tokenError: string | null = null;
  postIntervalMs: number | null;
  /** Added to the real time, so that URLs and triggers expire without waiting. */
  clockAheadMs = 0;
  origin = '';
  readonly #server = createServer((request, response) => void this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error))));
  readonly #faults: { method: string; fault: Fault }[] = [];
  readonly #urls = new Map<string, { madeAt: number; used: number }>();
  readonly #triggers = new Map<string, number>();
  readonly #posted = new Map<string, number>();
  #count = 0;

  private constructor({ token = 'xoxb-stand-in', scopes = ['commands', 'chat:write', 'channels:history', 'groups:history'], postIntervalMs }: StandInOptions) {
    this.token = token;
    this.scopes = new Set(scopes);
    this.postIntervalMs = postIntervalMs ?? null;
  }

  static async start(options: StandInOptions = {}): Promise<SlackStandIn> {
    const made = new SlackStandIn(options);
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    made.origin = `http://127.0.0.1:${(made.#server.address() as AddressInfo).port}`;
    return made;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The next call of the method ends so. `take and drop`: it takes effect, and its answer is lost. */
  fail(method: string, fault: Fault): void {
    this.#faults.push({ method, fault });
  }

  responseUrl(): string {
    const path = `/actions/T0TEAM/${++this.#count}/x`;
    this.#urls.set(path, { madeAt: this.now(), used: 0 });
    return `${this.origin}${path}`;
  }

  trigger(): string {
    const name = `${++this.#count}.trigger`;
    this.#triggers.set(name, this.now());
    return name;
  }

  now = (): number => Date.now() + this.clockAheadMs;
  /** Of a channel, without the answers in threads. */
  posts = (channel = 'C0DEPLOYS'): Message[] => this.messages.filter((message) => message.channel === channel && message.thread === undefined);
  thread = (ts: string): Message[] => this.messages.filter((message) => message.thread === ts);

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '/';
    if (!path.startsWith('/api/')) return this.#reply(path, body, response);
    const method = path.slice('/api/'.length);
    const input = JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>;
    this.calls.push({ method, at: Date.now(), input });
    const index = this.#faults.findIndex((one) => one.method === method);
    const fault = index < 0 ? undefined : this.#faults.splice(index, 1)[0]?.fault;
    if (fault === 'no answer') return void request.socket.destroy();
    if (typeof fault === 'object' && 'status' in fault) return void response.writeHead(fault.status, fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }).end();
    const outcome = typeof fault === 'object' ? { ok: false, error: fault.error } : this.#act(method, input, request.headers.authorization);
    if (fault === 'take and drop') return void request.socket.destroy();
    // https://docs.slack.dev/authentication/installing-with-oauth: each answer names the token's scopes.
    if (outcome.error !== 'invalid_auth' && outcome.error !== 'not_authed') response.setHeader('x-oauth-scopes', [...this.scopes].join(','));
    if (outcome.error === 'ratelimited') response.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' });
    else response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(outcome));
  }

  #act(method: string, input: Record<string, unknown>, authorization: string | undefined): { ok: boolean; error?: string; [field: string]: unknown } {
    const scopes = SCOPES[method];
    if (scopes === undefined) return refused('unknown_method');
    if (authorization === undefined) return refused('not_authed');
    if (authorization !== `Bearer ${this.token}`) return refused('invalid_auth');
    if (this.tokenError !== null) return refused(this.tokenError);
    if (scopes.length > 0 && !scopes.some((scope) => this.scopes.has(scope))) return { ok: false, error: 'missing_scope', needed: scopes.join(','), provided: [...this.scopes].join(',') };
    switch (method) {
      case 'auth.test': return { ok: true, url: 'https://example.slack.com/', team: 'Example', team_id: 'T0TEAM', user: 'slipway', user_id: 'U0SLIPWAY', bot_id: 'B0SLIPWAY' };
      case 'chat.postMessage': return this.#post(input);
      case 'chat.update': return this.#update(input);
      case 'chat.postEphemeral': return this.#whisper(input);
      case 'views.open': return this.#open(input);
      default: return this.#find(input, method === 'conversations.replies');
    }
  }

  /** What is wrong with the place, the text or the blocks of a message. */
  #wrong({ channel, text, blocks }: Record<string, unknown>): string | undefined {
    const place = this.channels.get(String(channel));
    if (place === undefined || (place.isPrivate && !place.isMember)) return 'channel_not_found';
    if (place.isArchived) return 'is_archived';
    if (!place.isMember) return 'not_in_channel';
    if (blocks !== undefined && !MessageBlocks.safeParse(blocks).success) return 'invalid_blocks';
    if ((text === undefined || text === '') && (!Array.isArray(blocks) || blocks.length === 0)) return 'no_text';
    return typeof text === 'string' && text.length > 40_000 ? 'msg_too_long' : undefined;
  }

  #post(input: Record<string, unknown>) {
    const wrong = this.#wrong(input);
    if (wrong !== undefined) return refused(wrong);
    const channel = String(input['channel']);
    const thread = typeof input['thread_ts'] === 'string' ? input['thread_ts'] : undefined;
    if (thread !== undefined && !this.messages.some((message) => message.channel === channel && message.ts === thread)) return refused('thread_not_found');
    if (!this.#mayPost(channel)) return refused('ratelimited');
    const message: Message = { ts: `${Math.floor(this.now() / 1000)}.${String(++this.#count).padStart(6, '0')}`, channel, thread, history: [], ...shownIn(input) };
    this.messages.push(message);
    message.history.push({ at: Date.now(), text: message.text, blocks: message.blocks });
    return { ok: true, channel, ts: message.ts, message: { ts: message.ts, text: message.text, bot_id: 'B0SLIPWAY', blocks: message.blocks } };
  }

  #mayPost(channel: string): boolean {
    if (this.postIntervalMs === null) return true;
    const now = Date.now();
    const atRest = Math.max(this.#posted.get(channel) ?? now, now);
    if (atRest - now > this.postIntervalMs * (BURST - 1)) return false;
    this.#posted.set(channel, atRest + this.postIntervalMs);
    return true;
  }

  #update(input: Record<string, unknown>) {
    const wrong = this.#wrong(input);
    if (wrong !== undefined) return refused(wrong);
    const message = this.messages.find(({ channel, ts }) => channel === input['channel'] && ts === input['ts']);
    if (message === undefined) return refused('message_not_found');
    Object.assign(message, shownIn(input));
    message.history.push({ at: Date.now(), text: message.text, blocks: message.blocks });
    return { ok: true, channel: message.channel, ts: message.ts, text: message.text };
  }

  #whisper(input: Record<string, unknown>) {
    const wrong = this.#wrong(input);
    if (wrong !== undefined) return refused(wrong);
    this.whispers.push({ channel: String(input['channel']), user: String(input['user']), text: String(input['text']) });
    return { ok: true, message_ts: `${Math.floor(this.now() / 1000)}.000000` };
  }

  #open({ trigger_id: trigger, view }: Record<string, unknown>) {
    const madeAt = this.#triggers.get(String(trigger));
    if (madeAt === undefined) return refused('invalid_trigger_id');
    if (this.now() - madeAt > TRIGGER_MS) return refused('expired_trigger_id');
    this.#triggers.delete(String(trigger));
    const parsed = View.safeParse(view);
    if (!parsed.success) return refused('invalid_arguments');
    this.views.push({ trigger: String(trigger), view: parsed.data });
    return { ok: true, view: { id: `V${this.views.length}` } };
  }

  #find({ channel, oldest, ts }: Record<string, unknown>, inThread: boolean) {
    const place = this.channels.get(String(channel));
    if (place === undefined || (place.isPrivate && !place.isMember)) return refused('channel_not_found');
    if (!place.isMember) return refused('not_in_channel');
    const of = this.messages.filter((message) => message.channel === channel && (inThread ? message.thread === ts : message.thread === undefined) && Number(message.ts) >= Number(oldest ?? 0));
    return { ok: true, messages: of.reverse().map((message) => ({ ts: message.ts, text: message.text, bot_id: 'B0SLIPWAY', blocks: message.blocks })), has_more: false };
  }

  #reply(path: string, body: string, response: ServerResponse): void {
    const url = this.#urls.get(path);
    if (url === undefined) return void response.writeHead(404).end('no_service');
    if (this.now() - url.madeAt > REPLY_MS) return void response.writeHead(404).end('expired_url');
    if (url.used >= REPLIES_MAX) return void response.writeHead(404).end('used_url');
    url.used += 1;
    const said = JSON.parse(body) as Record<string, unknown>;
    if (said['blocks'] !== undefined && !MessageBlocks.safeParse(said['blocks']).success) return void response.writeHead(400).end('invalid_blocks');
    this.replies.push({ url: `${this.origin}${path}`, text: textIn(said), body: said });
    response.writeHead(200).end('ok');
  }
}

const refused = (error: string) => ({ ok: false, error });
const textIn = ({ text }: Record<string, unknown>): string => (typeof text === 'string' ? text : '');
const shownIn = (input: Record<string, unknown>) => ({ text: textIn(input), blocks: (input['blocks'] ?? []) as MessageBlock[] });
