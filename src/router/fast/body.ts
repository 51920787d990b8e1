/** The body of an answer on its way: where it ends, and what of each piece goes to the client. */
import type { Framing } from './answer-head.ts';
import { Chunks } from './chunks.ts';
import { readAnswerHeaders } from '../headers.ts';

/** Where pieces are written to. */
export interface Sink {
  write(data: string | Buffer): void;
  writeTogether(write: () => void): void;
}

export class Body {
  readonly framing: Framing;
  done: boolean;
  /** There were bytes behind the end. */
  excess = false;
  /** Of the last piece, what is before this index is the body's. */
  forwardTo = 0;
  /** What follows it: the end of a chunked body, with its trailers. */
  tail = '';
  private left: number;
  private readonly chunks: Chunks | undefined;

  /** @param length in bytes, where the framing is `length`. */
  constructor(framing: Framing, length: number) {
    this.framing = framing;
    this.left = length;
    this.done = framing === 'none' || (framing === 'length' && length === 0);
    this.chunks = framing === 'chunked' ? new Chunks() : undefined;
  }

  /** Looks at `bytes` from `from` to `to`, the next piece. @returns false when it is malformed. */
  take(bytes: Buffer, from: number, to: number): boolean {
    if (this.chunks !== undefined) return this.takeChunks(this.chunks, bytes, from, to);
    if (this.framing === 'close') {
      this.forwardTo = to;
      return true;
    }
    const own = Math.min(this.left, to - from);
    this.left -= own;
    this.forwardTo = from + own;
    this.excess = this.forwardTo < to;
    this.done = this.left === 0;
    return true;
  }

  /** Writes the piece of the last `take`. The bytes are copied: their place is read into again. */
  write(sink: Sink, bytes: Buffer, from: number): void {
    const size = this.forwardTo - from;
    if (size <= 0) {
      if (this.tail !== '') sink.write(this.tail);
      return;
    }
    const piece = Buffer.allocUnsafe(size);
    bytes.copy(piece, 0, from, this.forwardTo);
    const before = this.framing === 'close' ? `${size.toString(16)}\r\n` : '';
    const after = this.framing === 'close' ? '\r\n' : this.tail;
    if (before === '' && after === '') return sink.write(piece);
    sink.writeTogether(() => {
      if (before !== '') sink.write(before);
      sink.write(piece);
      if (after !== '') sink.write(after);
    });
  }

  /** What ends a body whose end the instance shows by closing: the client gets it in chunks. */
  ending(): string {
    return '0\r\n\r\n';
  }

  private takeChunks(chunks: Chunks, bytes: Buffer, from: number, to: number): boolean {
    if (!chunks.take(bytes, from, to)) return false;
    this.forwardTo = chunks.forwardTo;
    if (!chunks.done) return true;
    const { trailers } = chunks;
    if (trailers === undefined) return false;
    // Trailers about connections or framing end here, like headers.
    const { headers } = readAnswerHeaders(trailers);
    for (let index = 0; index < headers.length; index += 2) this.tail += `${headers[index]}: ${headers[index + 1]}\r\n`;
    this.tail += '\r\n';
    this.excess = chunks.consumedTo < to;
    this.done = true;
    return true;
  }
}
