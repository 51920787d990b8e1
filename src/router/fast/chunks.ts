/** Finds the end of a chunked body (RFC 9112 section 7.1) as it passes, without putting it together. */
import { readHeaderLines } from './header-lines.ts';

type Place = 'size' | 'extension' | 'sizeEnd' | 'data' | 'dataEnd' | 'dataEndLf' | 'trailer' | 'done';

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
const TRAILER_BYTES = 8_192;
/** More would be no exact number. */
const SIZE_MAX = Number.MAX_SAFE_INTEGER / 16;

const digitOf = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

export class Chunks {
  /** Where in the last `take` the part to forward ended: behind the line of the last chunk; trailers come separately. */
  forwardTo = 0;
  /** Where in the last `take` the body ended, its trailers included. */
  consumedTo = 0;
  private place: Place = 'size';
  private size = 0;
  private digits = 0;
  private trailer = '';

  private get inTrailer(): boolean {
    return this.place === 'trailer';
  }

  get done(): boolean {
    return this.place === 'done';
  }

  /** The trailers, flat: name, value; undefined when they are malformed. */
  get trailers(): string[] | undefined {
    return readHeaderLines(this.trailer, 0, this.trailer.length - 2, 'answer');
  }

  /** Reads `bytes` from `from` to `to`. @returns false when the framing is malformed. */
  take(bytes: Buffer, from: number, to: number): boolean {
    let at = from;
    this.forwardTo = to;
    this.consumedTo = to;
    while (at < to) {
      if (this.place === 'data') {
        const step = Math.min(this.size, to - at);
        at += step;
        this.size -= step;
        if (this.size === 0) this.place = 'dataEnd';
        continue;
      }
      if (this.inTrailer) return this.takeTrailer(bytes, at, to);
      if (!this.step(bytes[at] as number)) return false;
      at++;
      if (this.inTrailer) this.forwardTo = at;
    }
    return true;
  }

  private step(byte: number): boolean {
    switch (this.place) {
      case 'size':
        return this.sizeByte(byte);
      case 'extension':
        if (byte === CR) this.place = 'sizeEnd';
        else if (byte !== 9 && (byte < 32 || byte > 126)) return false;
        return true;
      case 'sizeEnd':
        this.place = this.size === 0 ? 'trailer' : 'data';
        this.digits = 0;
        return byte === LF;
      case 'dataEnd':
        this.place = 'dataEndLf';
        return byte === CR;
      case 'dataEndLf':
        this.place = 'size';
        return byte === LF;
      case 'data':
      case 'trailer':
      case 'done':
        return false;
    }
  }

  private sizeByte(byte: number): boolean {
    const digit = digitOf(byte);
    if (digit >= 0) {
      this.size = this.size * 16 + digit;
      this.digits++;
      return this.size < SIZE_MAX && this.digits <= 16;
    }
    if (this.digits === 0) return false;
    if (byte === CR) this.place = 'sizeEnd';
    else if (byte === SEMICOLON) this.place = 'extension';
    else return false;
    return true;
  }

  private takeTrailer(bytes: Buffer, from: number, to: number): boolean {
    // Where trailers began in an earlier piece, nothing of this one is forwarded as it is.
    if (this.forwardTo === to) this.forwardTo = from;
    for (let at = from; at < to; at++) {
      this.trailer += String.fromCharCode(bytes[at] as number);
      if (this.trailer !== '\r\n' && !this.trailer.endsWith('\r\n\r\n')) continue;
      this.place = 'done';
      this.consumedTo = at + 1;
      return true;
    }
    return this.trailer.length <= TRAILER_BYTES;
  }
}
