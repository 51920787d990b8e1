/**
 * A proxy in front of the emulated AWS. It records each call, and does to chosen ones what a network and a busy service do: refuse,
 * never answer, apply and lose the answer, answer with an older state. A shim answers or changes what the emulator gets wrong.
 */
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorAnswer, throttled, type Answer, type ErrorAnswer } from './faults/answer.ts';
import { callOf, type Call, type Request } from './faults/call.ts';
import { createRecorder, type Identity, type RecordedCall } from './faults/recorder.ts';
import { ENDPOINT } from './emulator.ts';

export type { Answer, ErrorAnswer } from './faults/answer.ts';
export type { Call, Request } from './faults/call.ts';
export type { RecordedCall } from './faults/recorder.ts';

export type Fault =
  /** Refused for too many calls; not applied. */
  | { readonly kind: 'throttle' }
  /** Refused with this error; not applied. */
  | ({ readonly kind: 'error' } & ErrorAnswer)
  /** Not applied, and no answer until the client gives up. */
  | { readonly kind: 'silence' }
  /** The connection breaks before the service has it. */
  | { readonly kind: 'cut' }
  /** Applied; the connection breaks instead of the answer. */
  | { readonly kind: 'lost answer' }
  /** A read answers as it answered the first time that the proxy saw the same request; unseen ones go through. */
  | { readonly kind: 'stale' }
  /** Goes through, this much later. */
  | { readonly kind: 'slow'; readonly ms: number };

export interface Rule {
  readonly service?: string;
  readonly action?: string;
  /** A part of the resource. */
  readonly resource?: string;
  /** How many calls to leave alone first; none when it is not said. */
  readonly after?: number;
  /** How many calls it meets, then it is over; 1 when it is not said. */
  readonly times?: number;
  readonly fault: Fault;
}

/** Answers in the emulator's place, or changes its answer. Undefined: not its call. */
export type Shim = (call: Call, request: Request, forward: () => Promise<Answer>) => Promise<Answer | undefined>;

export interface FaultProxy {
  readonly endpoint: string;
  readonly calls: readonly RecordedCall[];
  /** @returns how many calls the rule has met so far */
  inject(rule: Rule): () => number;
  /** Shims are asked in the order they came in. */
  shim(shim: Shim): void;
  /** Says with which parameters accounts/environment-role.yml stands for an environment: its roles are judged by them. */
  deployRoles(environment: string, parameters: Readonly<Record<string, string>>): void;
  /** Says what an installation calls something that this test has a name of its own for: a table, a bucket, a topic. */
  standsFor(own: string, installed: string): void;
  /** Says whose an access key is, for one that nobody was seen to get. */
  identify(accessKey: string, identity: Identity): void;
  /** Takes rules and shims away and forgets calls and answers; who is who stays. */
  clear(): void;
  close(): Promise<void>;
}

interface ActiveRule extends Rule {
  seen: number;
  met: number;
}

export interface FaultProxyOptions {
  /** Where calls go on to; the emulator when it is not said. */
  readonly upstream?: string;
  /** A file that gets each call as a line of JSON. */
  readonly record?: string;
}

export async function startFaultProxy({ upstream = ENDPOINT, record = process.env['SLIPWAY_TEST_AWS_CALLS'] }: FaultProxyOptions = {}): Promise<FaultProxy> {
  const recorder = createRecorder(record);
  let rules: ActiveRule[] = [];
  let shims: Shim[] = [];
  const first = new Map<string, Answer>();

  const ruleFor = (call: Call): ActiveRule | undefined => rules.find((rule) => {
    if (rule.met >= (rule.times ?? 1) || (rule.service ?? call.service) !== call.service || (rule.action ?? call.action) !== call.action || !call.resource.includes(rule.resource ?? '')) return false;
    rule.seen += 1;
    return rule.seen > (rule.after ?? 0);
  });

  const through = async (call: Call, request: Request): Promise<Answer> => {
    const forward = (): Promise<Answer> => forwarded(upstream, request);
    for (const shim of shims) {
      const answer = await shim(call, request, forward);
      if (answer !== undefined) return answer;
    }
    return forward();
  };

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await received(incoming);
    const call = callOf(request);
    const rule = ruleFor(call);
    if (rule !== undefined) rule.met += 1;
    const fault = rule?.fault;
    const kind = fault?.kind ?? null;
    if (fault?.kind === 'silence' || fault?.kind === 'cut') {
      recorder.note(call, request, null, kind);
      if (fault.kind === 'cut') incoming.socket.destroy();
      return;
    }
    if (fault?.kind === 'throttle' || fault?.kind === 'error') {
      const error = fault.kind === 'throttle' ? throttled(call.protocol) : fault;
      recorder.note(call, request, error.status, kind);
      return send(response, errorAnswer(call.protocol, error));
    }
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    const key = `${call.service} ${request.method} ${request.url} ${request.body.toString('base64')}`;
    const old = fault?.kind === 'stale' ? first.get(key) : undefined;
    const answer = old ?? (await through(call, request));
    if (!first.has(key) && answer.status < 300) first.set(key, answer);
    recorder.note(call, request, fault?.kind === 'lost answer' ? null : answer.status, kind);
    recorder.learn(call, answer);
    if (fault?.kind === 'lost answer') incoming.socket.destroy();
    else send(response, answer);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: recorder.calls, deployRoles: recorder.deployRoles, standsFor: recorder.standsFor, identify: recorder.identify,
    inject: (rule) => {
      const active = { ...rule, seen: 0, met: 0 };
      rules.push(active);
      return () => active.met;
    },
    shim: (shim) => {
      shims.push(shim);
    },
    clear: () => {
      recorder.forget();
      rules = [];
      shims = [];
      first.clear();
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function received(incoming: IncomingMessage): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return { method: incoming.method ?? 'GET', url: incoming.url ?? '/', headers: incoming.headers, body: Buffer.concat(parts) };
}

function forwarded(upstream: string, { method, url, headers, body }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _chunked, expect: _expect, ...kept } = headers;
    const outgoing = httpRequest(new URL(url, upstream), { method, headers: { ...kept, 'content-length': String(body.length) } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 502, headers: plain(answer.headers), body: Buffer.concat(parts) }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);
const plain = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])));

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  // The answer to a HEAD has the length of what it does not send, as the service gave it.
  response.writeHead(status, { ...headers, ...(response.req.method === 'HEAD' ? {} : { 'content-length': String(body.length) }) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
