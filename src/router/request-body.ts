/**
 * The body of a client's request, as a stream of its own. undici destroys the body it was given as soon as the exchange
 * ends early; the client's message itself must survive that, so that its rest can be read and the answer arrive.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

export class RequestBody extends Readable {
  private readonly source: IncomingMessage;
  private started = false;

  constructor(source: IncomingMessage) {
    super({ highWaterMark: source.readableHighWaterMark });
    this.source = source;
  }

  override _read(): void {
    if (this.started) return void this.source.resume();
    this.started = true;
    this.source.on('data', (chunk: Buffer) => {
      if (!this.destroyed && !this.push(chunk)) this.source.pause();
    });
    this.source.once('end', () => {
      if (!this.destroyed) this.push(null);
    });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // The rest is read and dropped: nobody wants it any more.
    if (this.started) this.source.resume();
    callback(error);
  }
}
