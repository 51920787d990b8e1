/** One simple request and its answer, on raw connections. What is tried and counted is Attempts' business. */
import { type Attempts, type Fault, NO_INSTANCE, type Problem } from '../attempts.ts';
import { problemParts } from '../problem.ts';
import { type AnswerHead, readAnswerHead } from './answer-head.ts';
import { Body } from './body.ts';
import type { Client } from './client.ts';
import type { Holder, UpstreamConnection } from './upstream-connection.ts';

/** Pieces up to this size are sent as text of single bytes, together with the head: one plain write, no copy in between. */
const JOINED_BYTES = 16_384;

const CLOSE_LINES = 'connection: close\r\n\r\n';

export interface ExchangeRequest {
  readonly attempts: Attempts;
  readonly method: 'GET' | 'HEAD';
  /** All that is sent. */
  readonly head: string;
  /** `Set-Cookie` for a client that has no sticky key yet. */
  readonly cookie: string | undefined;
  /** The client wants the connection closed after the answer. */
  readonly close: boolean;
}

export class FastExchange implements Holder {
  /** Coarse time of the sending; -1 while no answer is waited for. */
  sentAtMs = -1;
  private readonly client: Client;
  private readonly request: ExchangeRequest;
  private connection: UpstreamConnection | undefined;
  /** The beginning of a head that came in pieces. */
  private partial: Buffer | undefined;
  private body: Body | undefined;
  private keepMs = 0;
  private last: boolean;

  constructor(client: Client, request: ExchangeRequest) {
    this.client = client;
    this.request = request;
    this.last = request.close;
  }

  /** Asks an instance that was not asked yet. */
  start(): void {
    const upstream = this.request.attempts.next();
    if (upstream === undefined) return this.answer(NO_INSTANCE);
    const connection = upstream.connections.take(this, this.request.attempts.repeated);
    // An idle connection was handed over already, in onReady.
    this.connection ??= connection;
  }

  onReady(connection: UpstreamConnection): void {
    this.connection = connection;
    this.sentAtMs = this.client.nowMs;
    connection.send(this.request.head);
  }

  onBytes(bytes: Buffer, length: number): boolean {
    if (this.body !== undefined) return this.pass(this.body, bytes, 0, length);
    return this.readHead(bytes, length);
  }

  onEnd(): void {
    if (this.body?.framing !== 'close') return this.after('broken', undefined);
    this.client.write(this.body.ending());
    this.finish();
  }

  onGone(reason: string, connected: boolean): void {
    this.connection = undefined;
    this.after(connected ? 'broken' : 'unconnected', reason);
  }

  /** The client reads again. */
  resume(): void {
    this.connection?.resume();
  }

  /** The head did not come in time. */
  late(): void {
    this.after('late', undefined);
  }

  /** The client left. */
  abandon(): void {
    this.drop();
    this.request.attempts.settle(false);
  }

  private readHead(bytes: Buffer, length: number): boolean {
    const { attempts, method } = this.request;
    attempts.answerBegan = true;
    const whole = this.partial === undefined ? bytes : Buffer.concat([this.partial, bytes.subarray(0, length)]);
    const size = this.partial === undefined ? length : whole.length;
    let text = whole.toString('latin1', 0, Math.min(size, JOINED_BYTES));
    let from = 0;
    for (;;) {
      let end = text.indexOf('\r\n\r\n', from);
      if (end < 0 && text.length < size) {
        text = whole.toString('latin1', 0, size);
        end = text.indexOf('\r\n\r\n', from);
      }
      if (end < 0) return this.keepPartial(whole, from, size);
      const head = readAnswerHead(text, from, end, method);
      if (head === undefined || head.status === 101) return this.malformed();
      if (head.status >= 200) return this.begin(head, text, whole, size);
      // Early hints pass; 100 answers an expectation that was never sent, 102 only says that it takes longer.
      if (head.status === 103) this.client.write(`${head.forward}\r\n`);
      from = head.end;
    }
  }

  private keepPartial(whole: Buffer, from: number, size: number): boolean {
    if (size - from >= this.client.answerHeadBytes) return this.malformed();
    this.partial = Buffer.from(whole.subarray(from, size));
    return true;
  }

  /** The head goes to the client with as much of the body as came with it. */
  private begin(head: AnswerHead, text: string, bytes: Buffer, size: number): boolean {
    const { attempts, cookie } = this.request;
    attempts.answered(head.status);
    this.sentAtMs = -1;
    this.partial = undefined;
    this.keepMs = head.keepMs;
    this.last ||= this.client.ending;
    let out = `${head.forward}x-slipway-revision: ${attempts.revision.id}\r\n`;
    if (cookie !== undefined) out += `set-cookie: ${cookie}\r\n`;
    if (head.framing === 'chunked' || head.framing === 'close') out += 'transfer-encoding: chunked\r\n';
    out += this.last ? CLOSE_LINES : this.client.keepAliveLines;
    const body = new Body(head.framing, head.length);
    this.body = body;
    const rest = size - head.end;
    if (!body.take(bytes, head.end, size)) {
      this.client.write(out);
      return this.malformed();
    }
    const { forwardTo } = body;
    if (rest === 0 || (body.framing !== 'close' && size <= text.length && rest <= JOINED_BYTES)) this.client.write(forwardTo > head.end ? out + text.slice(head.end, forwardTo) + body.tail : out + body.tail);
    else {
      this.client.writeTogether(() => {
        this.client.write(out);
        body.write(this.client, bytes, head.end);
      });
    }
    return this.afterPiece(body);
  }

  private pass(body: Body, bytes: Buffer, from: number, to: number): boolean {
    if (!body.take(bytes, from, to)) return this.malformed();
    body.write(this.client, bytes, from);
    return this.afterPiece(body);
  }

  /** @returns false: no more from the instance until the client has read. */
  private afterPiece(body: Body): boolean {
    if (!body.done) return !this.client.full;
    // More than the answer: what it belongs to is anybody's guess, so the connection is not used again.
    if (body.excess) this.keepMs = 0;
    this.finish();
    return true;
  }

  private finish(): void {
    const { attempts } = this.request;
    const { connection } = this;
    this.connection = undefined;
    attempts.settle();
    if (connection !== undefined) attempts.upstream?.connections.giveBack(connection, this.keepMs);
    this.client.done(this.last);
  }

  private malformed(): boolean {
    this.after('broken', undefined);
    return true;
  }

  private after(fault: Fault, reason: string | undefined): void {
    this.drop();
    const problem = this.request.attempts.after(fault, reason, true);
    if (problem === undefined) return this.start();
    // A head that has left cannot be taken back: only a broken connection tells the client that this is not the end.
    if (this.body === undefined) this.answer(problem);
    else this.client.destroy();
  }

  private answer({ status, detail }: Problem): void {
    this.last ||= this.client.ending;
    const { lines, body } = problemParts(status, detail);
    this.client.write(lines + (this.last ? CLOSE_LINES : this.client.keepAliveLines) + (this.request.method === 'HEAD' ? '' : body));
    this.client.done(this.last);
  }

  private drop(): void {
    this.sentAtMs = -1;
    this.partial = undefined;
    this.lose()?.destroy();
  }

  /** The connection is no longer this exchange's: nothing more is heard of it. */
  private lose(): UpstreamConnection | undefined {
    const { connection } = this;
    this.connection = undefined;
    if (connection !== undefined) connection.holder = undefined;
    return connection;
  }
}
