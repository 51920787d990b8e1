/**
 * One request and its answer: the hot path. It is undici's handler itself (the raw form, without header objects), and
 * streams both ways with the pauses of the slower side.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { FailureClass } from './counts.ts';
import { readResponseHead, type RequestHead } from './headers.ts';
import type { RouterLimits } from './limits.ts';
import type { CompiledRevision, LiveRoute } from './live-route.ts';
import { answerProblem } from './problem.ts';
import { RequestBody } from './request-body.ts';
import { joinTunnel } from './tunnel.ts';
import type { UpstreamServer } from './upstream.ts';

export interface ExchangeInput {
  readonly route: LiveRoute;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly limits: RouterLimits;
  readonly chosen: CompiledRevision;
  /** `Set-Cookie` for a client that has no sticky key yet. */
  readonly cookie: string | undefined;
  /** The client waits for `100 Continue` before it sends its body. */
  readonly expectContinue: boolean;
  /** For a request that asks for another protocol: its name, and what the client has already sent of it. */
  readonly upgrade: { readonly protocol: string; readonly first: Buffer } | undefined;
  /** The router is ending: clients are told to come back on another connection. */
  readonly ending: () => boolean;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Bodies up to this size are copied to leave in one write with their head. */
const JOINED_BYTES = 16_384;

/** Codes with which undici says that the request itself cannot be sent. */
const UNSENDABLE = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']);

export class Exchange implements Dispatcher.DispatchHandler {
  private readonly input: ExchangeInput;
  private readonly body: RequestBody | null;
  private readonly beganAt = performance.now();
  private readonly tried: UpstreamServer[] = [];
  private revision: CompiledRevision;
  private upstream: UpstreamServer | undefined;
  private abort: ((error?: Error) => void) | undefined;
  private resume: (() => void) | undefined;
  /** Bytes of the answer's body that are still to come, -1 when its end is not known. */
  private left = -1;
  private tail: Buffer | undefined;
  /** The request's head (at least) was written to a connection. */
  private sent = false;
  private answerBegan = false;
  private repeated = false;
  private clientLeft = false;
  private settled = true;
  private charged: CompiledRevision | undefined;
  private failure: FailureClass | undefined;

  constructor(input: ExchangeInput) {
    this.input = input;
    this.revision = input.chosen;
    this.body = input.head.hasBody ? new RequestBody(input.request) : null;
    // An 'error' without a listener would end the process; undici listens only while it has the body.
    this.body?.on('error', () => undefined);
    input.response.on('close', () => this.onClientClose());
  }

  /** Sends the request to an instance that was not tried yet. */
  start(): void {
    const { route, chosen, head, request, response, upgrade } = this.input;
    const pick = this.tried.length < this.input.limits.attempts ? route.pick(chosen, this.tried, this.repeated) : undefined;
    if (pick === undefined) return this.giveUp();
    if (pick.revision.id !== chosen.id) this.charge(chosen);
    const { upstream, revision } = pick;
    this.tried.push(upstream);
    this.upstream = upstream;
    this.revision = revision;
    this.sent = false;
    this.settled = false;
    upstream.inFlight++;
    revision.tally.inFlight++;
    if (response.destroyed) return this.onError(new Error('the client left'));
    upstream.pool.dispatch(
      { path: head.path, method: request.method ?? 'GET', headers: head.headers, body: this.body, upgrade: upgrade?.protocol ?? null },
      this,
    );
  }

  onConnect(abort: (error?: Error) => void): void {
    this.abort = abort;
    if (this.clientLeft) return abort();
    this.sent = true;
    if (this.input.expectContinue && !this.repeated) this.input.response.writeContinue();
  }

  onResponseStarted(): void {
    this.answerBegan = true;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, reason: string): boolean {
    const { response } = this.input;
    if (status < 200) {
      this.informClient(status, raw);
      return true;
    }
    this.answered(status);
    this.resume = resume;
    const { headers, length } = readResponseHead(raw);
    if (length !== undefined) this.left = length;
    this.addOwnHeaders(headers);
    response.writeHead(status, reason, headers);
    // Where no byte of the body came along, the head must not wait for one: event streams begin with silence.
    process.nextTick(flushHead, this);
    return true;
  }

  onData(chunk: Buffer): boolean {
    const { response } = this.input;
    if (this.left === chunk.length) {
      // The last piece leaves together with the end, and with the head where nothing else has: one write for a small answer.
      this.tail = chunk;
      this.left = 0;
      return true;
    }
    if (this.left > 0) this.left -= chunk.length;
    if (response.write(chunk)) return true;
    response.once('drain', () => this.resume?.());
    return false;
  }

  onComplete(trailers: unknown): void {
    this.settle();
    const { response, request } = this.input;
    const raw = trailers as readonly Buffer[] | null;
    if (raw !== null && raw.length > 0 && this.left === -1) response.addTrailers(readResponseHead(raw).headers.reduce<[string, string][]>(pairUp, []));
    const { tail } = this;
    if (tail === undefined) response.end();
    // As text of single bytes Node joins it to the head: one plain write, where a Buffer would cost a gathering one.
    else if (tail.length <= JOINED_BYTES) response.end(tail.toString('latin1'), 'latin1');
    else response.end(tail);
    if (!request.complete) this.linger();
  }

  onUpgrade(status: number, raw: unknown, socket: Duplex): void {
    const { response, upgrade } = this.input;
    const upstream = this.upstream as UpstreamServer;
    this.answered(status);
    const { headers, protocol } = readResponseHead(raw as Buffer[]);
    this.addOwnHeaders(headers);
    const client = response.socket as Duplex;
    response.removeAllListeners('close');
    response.detachSocket(response.socket as NonNullable<typeof response.socket>);
    upstream.tunnels.add(socket);
    joinTunnel({ client, upstream: socket, first: upgrade?.first, head: { status, protocol: protocol ?? upgrade?.protocol ?? '', headers } }, () => {
      upstream.tunnels.delete(socket);
      this.settle();
    });
  }

  onError(error: Error): void {
    const { response, request, head } = this.input;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (this.clientLeft || request.socket.destroyed || response.destroyed) return this.settle(false);
    if (UNSENDABLE.has(code)) return this.fail(undefined, 400, 'the request cannot be forwarded: its method, target or headers are not plain HTTP/1.1');
    if (!this.sent) {
      if (code !== 'UND_ERR_CLOSED' && code !== 'UND_ERR_DESTROYED') this.upstream?.markDown(code || error.message);
      this.release();
      return this.start();
    }
    if (code === 'UND_ERR_HEADERS_TIMEOUT') return this.fail('timeout', 504, 'the instance did not begin to answer in time');
    const repeatable = !this.answerBegan && !this.repeated && !head.hasBody && IDEMPOTENT.has(request.method ?? '') && this.input.upgrade === undefined;
    if (repeatable) {
      this.repeated = true;
      this.release();
      return this.start();
    }
    this.fail(this.upstream?.cut === true ? undefined : 'aborted', 502, 'the instance broke the connection before its answer was complete');
  }

  /** The head of the answer, when it is still waiting for a body. */
  flush(): void {
    const { response } = this.input;
    if (!this.settled && !response.destroyed && this.tail === undefined) response.flushHeaders();
  }

  private answered(status: number): void {
    this.revision.tally.answeredAfter(performance.now() - this.beganAt);
    if (status >= 500) this.failure = 'status5xx';
  }

  private addOwnHeaders(headers: string[]): void {
    const { cookie, upgrade, ending } = this.input;
    headers.push('x-slipway-revision', this.revision.id);
    if (cookie !== undefined) headers.push('set-cookie', cookie);
    if (upgrade === undefined && ending()) headers.push('connection', 'close');
  }

  /** Early hints (103) and processing (102) pass through; HTTP/1.0 clients do not know them. */
  private informClient(status: number, raw: Buffer[]): void {
    const { request, response } = this.input;
    if (request.httpVersionMinor === 0) return;
    if (status === 102) return response.writeProcessing();
    if (status !== 103) return;
    const hints: Record<string, string[]> = {};
    const { headers } = readResponseHead(raw);
    for (let index = 0; index < headers.length; index += 2) (hints[(headers[index] as string).toLowerCase()] ??= []).push(headers[index + 1] as string);
    try {
      response.writeEarlyHints(hints);
    } catch {
      // Hints are advice; one that Node finds malformed is not passed on, and the answer itself still is.
    }
  }

  /** The chosen revision could not take its request: the judge must see that, even though another one saved it. */
  private charge(revision: CompiledRevision): void {
    if (this.charged !== undefined) return;
    this.charged = revision;
    revision.tally.requests++;
    revision.tally.failures.connect++;
  }

  private giveUp(): void {
    const { route, response, request, chosen } = this.input;
    this.charge(chosen);
    route.unrouted++;
    answerProblem(response, 503, 'no instance of this service accepts connections');
    if (!request.complete) this.linger();
  }

  private fail(failure: FailureClass | undefined, status: number, detail: string): void {
    const { response, request } = this.input;
    this.failure ??= failure;
    this.settle();
    if (response.headersSent) {
      // Without a length or chunks only a reset tells the client that this is not the end.
      if (request.httpVersionMinor === 0) request.socket.resetAndDestroy();
      else response.destroy();
      return;
    }
    answerProblem(response, status, detail);
    if (!request.complete) this.linger();
  }

  private release(): void {
    if (this.settled) return;
    this.settled = true;
    if (this.upstream !== undefined) this.upstream.inFlight--;
    this.revision.tally.inFlight--;
  }

  /** Once per request, when the instance is done with it. */
  private settle(counted = true): void {
    if (this.settled) return;
    this.release();
    // The revision that was charged with this request has it in its books already.
    if (this.charged?.id === this.revision.id) return;
    if (!counted && this.failure === undefined && !this.answerBegan) return;
    this.revision.tally.requests++;
    if (this.failure !== undefined) this.revision.tally.failures[this.failure]++;
  }

  private onClientClose(): void {
    if (this.input.response.writableFinished) return;
    this.clientLeft = true;
    this.body?.destroy();
    this.abort?.();
  }

  /** The answer is given, the request still comes: its rest is dropped for a while, then the connection closed. */
  private linger(): void {
    const { request, limits } = this.input;
    const { socket } = request;
    request.resume();
    const timer = setTimeout(() => socket.destroy(), limits.lingerMs).unref();
    request.once('close', () => clearTimeout(timer));
    request.once('end', () => clearTimeout(timer));
  }
}

function flushHead(exchange: Exchange): void {
  exchange.flush();
}

function pairUp(pairs: [string, string][], text: string, index: number): [string, string][] {
  if (index % 2 === 0) pairs.push([text, '']);
  else (pairs.at(-1) as [string, string])[1] = text;
  return pairs;
}
