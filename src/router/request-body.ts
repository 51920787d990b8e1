/**
 * The body of a client's request, as a stream of its own. undici destroys the body it was given as soon as the exchange
 * ends early; the client's message itself must survive that, so that its rest can be read and the answer arrive.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** A copied body is kept in memory until it is whole; longer ones are not copied. */
const COPY_BYTES_MAX = 65_536;

/** Gathers what passes, up to its limit. */
export class BodyCopy {
  private readonly done: (body: Uint8Array | undefined) => void;
  private pieces: Buffer[] | undefined = [];
  private bytes = 0;

  /** @param done called once, with undefined when the body was too long. */
  constructor(done: (body: Uint8Array | undefined) => void) {
    this.done = done;
  }

  add(piece: Buffer): void {
    this.bytes += piece.length;
    if (this.pieces === undefined) return;
    if (this.bytes <= COPY_BYTES_MAX) return void this.pieces.push(piece);
    this.pieces = undefined;
    this.done(undefined);
  }

  end(): void {
    const { pieces } = this;
    this.pieces = undefined;
    // A copy of its own, so that the thread that gets it can have it.
    if (pieces !== undefined) this.done(new Uint8Array(Buffer.concat(pieces)));
  }
}

export class RequestBody extends Readable {
  private readonly source: IncomingMessage;
  private readonly copy: BodyCopy | undefined;
  private started = false;

  constructor(source: IncomingMessage, copy?: BodyCopy) {
    super({ highWaterMark: source.readableHighWaterMark });
    this.source = source;
    this.copy = copy;
  }

  override _read(): void {
    if (this.started) return void this.source.resume();
    this.started = true;
    this.source.on('data', (chunk: Buffer) => {
      this.copy?.add(chunk);
      if (!this.destroyed && !this.push(chunk)) this.source.pause();
    });
    this.source.once('end', () => {
      this.copy?.end();
      if (!this.destroyed) this.push(null);
    });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // The rest is read and dropped: nobody wants it any more.
    if (this.started) this.source.resume();
    callback(error);
  }
}
