/** Bodies of requests, read into memory only as far as there is room: a flood of them costs others nothing. */
import type { IncomingMessage } from 'node:http';
import { BODY_BYTES_MAX } from '../contracts/limits.ts';
import { createBlocks } from './request-bodies/blocks.ts';
import { type Collection, createCollection } from './request-bodies/collection.ts';
import { halt } from './request-bodies/halt.ts';
import { createPace } from './request-bodies/pace.ts';

/** All bodies together that are longer than FREE_BYTES: one of the longest has room, and small ones always have. */
export const HELD_BYTES_MAX = BODY_BYTES_MAX + 256 * 1024;
export const FREE_BYTES = 16 * 1024;

export type ReadBody = Buffer | 'too large' | 'no room' | 'broken off';

export interface RequestBodies {
  /** Never rejects. What is not read on stays in the sender's and the system's buffers. */
  read(request: IncomingMessage): Promise<ReadBody>;
  /** Lets go of what has come of a body that nobody reads, and takes no more of it. */
  refuse(request: IncomingMessage): void;
  /** Bytes held now that count. */
  held(): number;
}

interface Reading {
  /** Bytes that count. */
  counted: number;
  readonly end: (answer: 'no room') => void;
}

export function createRequestBodies(collection: Collection = createCollection()): RequestBodies {
  const readings = new Set<Reading>();
  const blocks = createBlocks(HELD_BYTES_MAX);
  const pace = createPace();
  let held = 0;
  /** Counts more bytes for a body. Whoever has most goes when there is no room: a flood is refused before what came beside it. */
  const count = (reading: Reading, bytes: number): void => {
    reading.counted += bytes;
    held += bytes;
    for (const one of [...readings].sort((first, second) => second.counted - first.counted)) {
      if (held <= HELD_BYTES_MAX) return;
      one.end('no room');
    }
  };
  return {
    held: () => held,
    refuse: (request) => {
      request.on('data', (part: Buffer) => collection.read(part.length));
      halt(request);
    },
    read: (request) => {
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > BODY_BYTES_MAX) return Promise.resolve('too large');
      return new Promise((resolve) => {
        const body = blocks.hold();
        let [bytes, isOver] = [0, false];
        const end = (answer: ReadBody): void => {
          if (isOver) return;
          isOver = true;
          readings.delete(reading);
          held -= reading.counted;
          pace.leave(request);
          body.release();
          if (!Buffer.isBuffer(answer)) halt(request);
          resolve(answer);
        };
        const reading: Reading = { counted: 0, end };
        readings.add(reading);
        // A declared length is counted at once, so that many that begin together do not all fit at first.
        if (declared > FREE_BYTES) count(reading, declared);
        request.on('data', (part: Buffer) => {
          if (isOver) return;
          bytes += part.length;
          collection.read(part.length);
          if (bytes > BODY_BYTES_MAX) return end('too large');
          if (bytes > FREE_BYTES && bytes > reading.counted) count(reading, bytes - reading.counted);
          if (isOver) return;
          body.append(part);
          if (bytes > FREE_BYTES) pace.spend(request, part.length);
        });
        request.on('end', () => end(isOver ? 'broken off' : body.whole()));
        request.on('error', () => end('broken off'));
        request.on('close', () => end('broken off'));
      });
    },
  };
}
