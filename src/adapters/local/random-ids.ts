import { randomBytes } from 'node:crypto';
import type { Ids } from '../../ports/clock.ts';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const LENGTH = 26;
/** The largest multiple of 36 that a byte can hold: bytes from here on are thrown away, or the first digits would come up more often. */
const BYTE_LIMIT = 252;

/** 26 characters, each of 36 with the same chance: 134 bits from the operating system's generator. */
function next(): string {
  let id = '';
  while (id.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      if (byte < BYTE_LIMIT && id.length < LENGTH) id += ALPHABET[byte % ALPHABET.length];
    }
  }
  return id;
}

export const randomIds: Ids = { next };
