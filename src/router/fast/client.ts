/** One client connection on the fast path: simple requests one after the other, then perhaps node:http for good. */
import type { Socket } from 'node:net';
import { Attempts } from '../attempts.ts';
import { SWEEP_MS } from '../limits.ts';
import type { LiveRoute } from '../live-route.ts';
import { type StickyKey, stickyKey } from '../stickiness.ts';
import type { Sink } from './body.ts';
import { FastExchange } from './exchange.ts';
import type { FastPath } from './path.ts';
import { type HeaderBlock, type SimpleRequest, readSimpleRequest, valueOf } from './request-head.ts';

/** Of requests that come before the last one is answered, so much is read. */
const PENDING_BYTES = 65_536;

export class Client implements Sink {
  readonly answerHeadBytes: number;
  readonly keepAliveLines: string;
  private readonly path: FastPath;
  private readonly socket: Socket;
  private readonly address: string | undefined;
  private exchange: FastExchange | undefined;
  /** What came while a request was under way. */
  private pending: Buffer | undefined;
  private block: HeaderBlock | undefined;
  private idleSinceMs: number;
  private ended = false;

  constructor(path: FastPath, socket: Socket) {
    this.path = path;
    this.socket = socket;
    this.address = socket.remoteAddress;
    this.answerHeadBytes = path.answerHeadBytes;
    this.keepAliveLines = path.keepAliveLines;
    this.idleSinceMs = path.nowMs;
    socket.on('data', this.onData).on('drain', this.onDrain).on('end', this.onEnd).on('error', this.onError).on('close', this.onClose);
  }

  get nowMs(): number {
    return this.path.nowMs;
  }

  get ending(): boolean {
    return this.path.plane.ending();
  }

  /** The client reads slower than it is written to. */
  get full(): boolean {
    return this.socket.writableNeedDrain;
  }

  write(data: string | Buffer): void {
    if (typeof data === 'string') this.socket.write(data, 'latin1');
    else this.socket.write(data);
  }

  writeTogether(write: () => void): void {
    this.socket.cork();
    write();
    this.socket.uncork();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** The exchange is over. @param last no other one follows on this connection. */
  done(last: boolean): void {
    this.exchange = undefined;
    this.idleSinceMs = this.path.nowMs;
    if (last) {
      this.ended = true;
      this.socket.destroySoon();
    } else if (this.pending !== undefined) this.next();
  }

  closeIfIdle(): void {
    if (this.exchange === undefined && this.pending === undefined && this.socket.writableLength === 0) this.socket.destroy();
  }

  /** Whatever has lasted too long ends. */
  sweep(): void {
    const { limits } = this.path.plane;
    const { exchange } = this;
    // What began just before a sweep seems one sweep older than it is.
    const seenMs = this.nowMs - SWEEP_MS;
    if (exchange === undefined) {
      if (seenMs - this.idleSinceMs >= limits.keepAliveMs) this.socket.destroy();
    } else if (exchange.sentAtMs >= 0 && seenMs - exchange.sentAtMs >= limits.headersMs) exchange.late();
  }

  private readonly onData = (chunk: Buffer): void => {
    if (this.ended) return;
    if (this.exchange === undefined && this.pending === undefined && !this.full) return this.serve(chunk);
    this.pending = this.pending === undefined ? chunk : Buffer.concat([this.pending, chunk]);
    if (this.pending.length > PENDING_BYTES) this.socket.pause();
  };

  private readonly onDrain = (): void => {
    if (this.exchange !== undefined) this.exchange.resume();
    else this.next();
  };

  private readonly onEnd = (): void => {
    // As node:http does: who closes its side has left, even with an answer on its way.
    if (this.exchange === undefined) this.socket.end();
    else this.socket.destroy();
  };

  // 'close' follows.
  private readonly onError = (): void => undefined;

  private readonly onClose = (): void => {
    this.path.forget(this);
    this.ended = true;
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.abandon();
  };

  /** The requests that came meanwhile, as soon as the client has read enough of the answers. */
  private next(): void {
    const { pending } = this;
    if (pending === undefined || this.full || this.ended) return;
    this.pending = undefined;
    if (this.socket.isPaused()) this.socket.resume();
    this.serve(pending);
  }

  private serve(bytes: Buffer): void {
    const request = readSimpleRequest(bytes, this.block, this.address, this.path.rules);
    const route = request && this.path.find(request.block.host);
    if (route === undefined || !this.begin(request as SimpleRequest, route, bytes)) return this.handOver(bytes);
  }

  /** @returns false when another path has to answer. Nothing has happened then. */
  private begin(request: SimpleRequest, route: LiveRoute, bytes: Buffer): boolean {
    const sticky = stickyOf(request, route);
    if (sticky === null) return false;
    const chosen = route.choose(sticky?.key);
    if (chosen === undefined) return false;
    const { block, method, target } = request;
    route.tap?.wants(chosen.id, method, false)?.({ method, target, headers: block.forward, body: undefined });
    const attempts = new Attempts(route, chosen, this.path.plane.limits);
    this.pending = bytes.length > request.bytes ? bytes.subarray(request.bytes) : undefined;
    this.block = block;
    this.exchange = new FastExchange(this, { attempts, method, head: `${method} ${target} HTTP/1.1\r\n${block.forward}`, cookie: sticky?.cookie, close: block.close });
    this.exchange.start();
    return true;
  }

  /** node:http has the connection from now on, beginning with `bytes`. */
  private handOver(bytes: Buffer): void {
    const { socket } = this;
    this.path.forget(this);
    this.ended = true;
    socket.off('data', this.onData).off('drain', this.onDrain).off('end', this.onEnd).off('error', this.onError).off('close', this.onClose);
    // Paused, so that what is put back waits for the parser and stays before what comes later.
    socket.pause();
    socket.unshift(bytes);
    this.path.handOver(socket);
    socket.resume();
  }
}

/** `null`: a header that came more than once, about which node:http decides. */
function stickyOf({ block }: SimpleRequest, route: LiveRoute): StickyKey | undefined | null {
  const { stickiness } = route.table.entry;
  if (stickiness.by === 'request') return undefined;
  const value = valueOf(block, stickiness.by === 'cookie' ? 'cookie' : stickiness.name);
  return value === null ? null : stickyKey(stickiness, () => value);
}
