/** Loopback ports for instances. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { LimitExceeded } from '../../domain/errors.ts';

/** Whether nothing listens there: found by listening, on the address that instances are told to use. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Gives out ports of a range in turn, so that a port that just became free is the last to be used again. Begins at a place that
 * depends on the directory, so that two installations on one machine seldom want the same.
 */
export function portGiver(directory: string, range: { readonly from: number; readonly to: number }, taken: () => ReadonlySet<number>): () => Promise<number> {
  const size = range.to - range.from;
  let next = createHash('sha256').update(directory).digest().readUInt32BE(0) % size;
  return async () => {
    for (let tried = 0; tried < size; tried += 1) {
      const port = range.from + next;
      next = (next + 1) % size;
      if (!taken().has(port) && (await isFree(port))) return port;
    }
    throw new LimitExceeded(`No port from ${range.from} to ${range.to - 1} is free on this machine. Stop what uses them, or set another range.`);
  };
}
