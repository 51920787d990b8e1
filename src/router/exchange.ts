/**
 * One request and its answer: the hot path. It is undici's handler itself (the raw form, without header objects), and
 * streams both ways with the pauses of the slower side.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Attempts, NO_INSTANCE, type Problem } from './attempts.ts';
import { readResponseHead, type RequestHead } from './headers.ts';
import type { RouterLimits } from './limits.ts';
import type { CompiledRevision, LiveRoute } from './live-route.ts';
import { answerProblem } from './problem.ts';
import { BodyCopy, RequestBody } from './request-body.ts';
import { type TakeRequest, headerLines } from './tap.ts';
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
  /** Somebody else wants this request, too, with its body. */
  readonly take: TakeRequest | undefined;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Bodies up to this size are copied to leave in one write with their head. */
const JOINED_BYTES = 16_384;

/** Codes with which undici says that the request itself cannot be sent. */
const UNSENDABLE = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']);

/** Codes with which undici says that its pool was closed, by us. */
const OWN_CLOSING = new Set(['UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

const UNFIT: Problem = { status: 400, detail: 'the request cannot be forwarded: its method, target or headers are not plain HTTP/1.1' };

export class Exchange implements Dispatcher.DispatchHandler {
  private readonly input: ExchangeInput;
  private readonly body: RequestBody | null;
  private readonly attempts: Attempts;
  private abort: ((error?: Error) => void) | undefined;
  private resume: (() => void) | undefined;
  /** Bytes of the answer's body that are still to come, -1 when its end is not known. */
  private left = -1;
  private tail: Buffer | undefined;
  /** The request's head (at least) was written to a connection. */
  private sent = false;
  private clientLeft = false;

  constructor(input: ExchangeInput) {
    this.input = input;
    this.attempts = new Attempts(input.route, input.chosen, input.limits);
    this.body = input.head.hasBody ? new RequestBody(input.request, tappedBody(input)) : null;
    // An 'error' without a listener would end the process; undici listens only while it has the body.
    this.body?.on('error', () => undefined);
    input.response.on('close', () => this.onClientClose());
  }

  /** Sends the request to an instance that was not tried yet. */
  start(): void {
    const { head, request, response, upgrade } = this.input;
    const upstream = this.attempts.next();
    if (upstream === undefined) return this.answer(NO_INSTANCE);
    this.sent = false;
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
    if (this.input.expectContinue && !this.attempts.repeated) this.input.response.writeContinue();
  }

  onResponseStarted(): void {
    this.attempts.answerBegan = true;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, reason: string): boolean {
    const { response } = this.input;
    if (status < 200) {
      this.informClient(status, raw);
      return true;
    }
    this.attempts.answered(status);
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
    this.attempts.settle();
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
    const upstream = this.attempts.upstream as UpstreamServer;
    this.attempts.answered(status);
    const { headers, protocol } = readResponseHead(raw as Buffer[]);
    this.addOwnHeaders(headers);
    const client = response.socket as Duplex;
    response.removeAllListeners('close');
    response.detachSocket(response.socket as NonNullable<typeof response.socket>);
    upstream.tunnels.add(socket);
    joinTunnel({ client, upstream: socket, first: upgrade?.first, head: { status, protocol: protocol ?? upgrade?.protocol ?? '', headers } }, () => {
      upstream.tunnels.delete(socket);
      this.attempts.settle();
    });
  }

  onError(error: Error): void {
    const { response, request, head, upgrade } = this.input;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (this.clientLeft || request.socket.destroyed || response.destroyed) return this.attempts.settle(false);
    if (UNSENDABLE.has(code)) return this.fail(this.attempts.fail(undefined, UNFIT));
    const repeatable = !head.hasBody && IDEMPOTENT.has(request.method ?? '') && upgrade === undefined;
    const fault = this.sent ? (code === 'UND_ERR_HEADERS_TIMEOUT' ? 'late' : 'broken') : 'unconnected';
    const problem = this.attempts.after(fault, OWN_CLOSING.has(code) ? undefined : code || error.message, repeatable);
    if (problem === undefined) this.start();
    else this.fail(problem);
  }

  /** The head of the answer, when it is still waiting for a body. */
  flush(): void {
    const { response } = this.input;
    if (this.attempts.underWay && !response.destroyed && this.tail === undefined) response.flushHeaders();
  }

  private addOwnHeaders(headers: string[]): void {
    const { cookie, upgrade, ending } = this.input;
    headers.push('x-slipway-revision', this.attempts.revision.id);
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

  private fail(problem: Problem): void {
    const { response, request } = this.input;
    if (!response.headersSent) return this.answer(problem);
    // Without a length or chunks only a reset tells the client that this is not the end.
    if (request.httpVersionMinor === 0) request.socket.resetAndDestroy();
    else response.destroy();
  }

  private answer({ status, detail }: Problem): void {
    const { response, request } = this.input;
    answerProblem(response, status, detail);
    if (!request.complete) this.linger();
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

/** A copy of the body on its way, for whoever else wants the request. */
function tappedBody({ take, request, head, route }: ExchangeInput): BodyCopy | undefined {
  if (take === undefined) return undefined;
  return new BodyCopy((body) => {
    if (body === undefined) route.tap?.missed();
    else take({ method: request.method ?? '', target: head.path, headers: headerLines(head.headers), body });
  });
}

function flushHead(exchange: Exchange): void {
  exchange.flush();
}

function pairUp(pairs: [string, string][], text: string, index: number): [string, string][] {
  if (index % 2 === 0) pairs.push([text, '']);
  else (pairs.at(-1) as [string, string])[1] = text;
  return pairs;
}
