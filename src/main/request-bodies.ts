/** Bodies of requests, read into memory only as far as there is room: a flood of them costs others nothing. */
import type { IncomingMessage } from 'node:http';
import { BODY_BYTES_MAX } from '../contracts/limits.ts';

/** All bodies together that are longer than FREE_BYTES: one of the longest has room, and small ones always have. */
export const HELD_BYTES_MAX = BODY_BYTES_MAX + 1024 * 1024;
export const FREE_BYTES = 16 * 1024;

export type ReadBody = Buffer | 'too large' | 'no room' | 'broken off';

export interface RequestBodies {
  /** Never rejects. What is not read on stays in the sender's and the system's buffers. */
  read(request: IncomingMessage): Promise<ReadBody>;
  /** Bytes held now that count. */
  held(): number;
}

export function createRequestBodies(): RequestBodies {
  let held = 0;
  return {
    held: () => held,
    read: (request) => {
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > BODY_BYTES_MAX) return Promise.resolve('too large');
      if (declared > FREE_BYTES && held + declared > HELD_BYTES_MAX) return Promise.resolve('no room');
      return new Promise((resolve) => {
        const parts: Buffer[] = [];
        // A declared length is counted at once, so that many that begin together do not all fit at first.
        let [bytes, counted] = [0, declared > FREE_BYTES ? declared : 0];
        held += counted;
        const end = (answer: ReadBody): void => {
          held -= counted;
          counted = 0;
          resolve(answer);
        };
        const stop = (answer: ReadBody): void => {
          request.pause();
          parts.length = 0;
          end(answer);
        };
        request.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes > BODY_BYTES_MAX) return stop('too large');
          const more = bytes <= FREE_BYTES ? 0 : Math.max(0, bytes - counted);
          if (held + more > HELD_BYTES_MAX) return stop('no room');
          held += more;
          counted += more;
          parts.push(part);
        });
        request.on('end', () => end(Buffer.concat(parts)));
        request.on('error', () => end('broken off'));
        request.on('close', () => end('broken off'));
      });
    },
  };
}
