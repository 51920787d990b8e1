/** One raw connection to an instance, used by one exchange at a time. */
import { type Socket, connect } from 'node:net';
import type { Upstream } from '../../contracts/router.ts';

/** Who has a connection: told what happens on it. */
export interface Holder {
  /** It stands, and nothing is under way on it. */
  onReady(connection: UpstreamConnection): void;
  /** `bytes` holds `length` of them and is used again after the call. @returns false: no more until `resume`. */
  onBytes(bytes: Buffer, length: number): boolean;
  /** The instance sends no more. */
  onEnd(): void;
  /** It is gone. `connected`: it stood before. */
  onGone(reason: string, connected: boolean): void;
}

/**
 * Where all connections read into. libuv asks for a place, reads and calls back before it looks at the next socket, so
 * one place is enough; a buffer per read is what node:net costs most.
 */
const PLACE = Buffer.allocUnsafeSlow(65_536);

export class UpstreamConnection {
  readonly socket: Socket;
  holder: Holder | undefined;
  /** The coarse time (see Connections) since when nobody has it, and the time it may be kept. */
  idleSince = 0;
  idleMs = 0;
  /** While nobody has it: it is of no use any more. */
  whenLost: ((connection: UpstreamConnection) => void) | undefined;
  private connected = false;
  private reason = 'closed';

  constructor(address: Upstream, connectMs: number, holder: Holder) {
    this.holder = holder;
    this.socket = connect({ host: address.host, port: address.port, noDelay: true, onread: { buffer: PLACE, callback: (length, bytes) => this.onRead(bytes as Buffer, length) } });
    this.socket.setTimeout(connectMs, () => this.destroy('ETIMEDOUT'));
    this.socket.once('connect', () => this.onConnect());
    this.socket.on('end', () => this.onEnd());
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.reason = error.code ?? error.message));
    this.socket.on('close', () => this.onClose());
  }

  /** Still open, as far as is known. */
  get usable(): boolean {
    return !this.socket.destroyed && this.socket.readable && this.socket.writable;
  }

  send(head: string): void {
    this.socket.write(head, 'latin1');
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(reason = 'closed'): void {
    this.reason = reason;
    this.socket.destroy();
  }

  private onConnect(): void {
    this.connected = true;
    this.socket.setTimeout(0);
    if (this.holder === undefined) this.destroy();
    else this.holder.onReady(this);
  }

  private onRead(bytes: Buffer, length: number): boolean {
    if (this.holder !== undefined) return this.holder.onBytes(bytes, length);
    // An answer that nobody asked for: whatever comes on this connection could be taken for another one's answer.
    this.destroy();
    return true;
  }

  private onEnd(): void {
    if (this.holder === undefined) this.whenLost?.(this);
    else this.holder.onEnd();
  }

  private onClose(): void {
    const { holder } = this;
    this.holder = undefined;
    this.whenLost?.(this);
    holder?.onGone(this.reason, this.connected);
  }
}
