/** One question to an instance: does it listen, and does it answer as it should? */
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';

/** No connection is kept: a check that reuses one would miss a service that accepts no new ones. */
const AGENT = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
const BODY_BYTES_MAX = 64 * 1024;
export const REFUSED = 'was refused: nothing listens on its port';

/** A connection, or undefined when nothing listens. A quarter of the cost of a request that is refused, and no cost at all when it is not. */
export function knock(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => resolve(socket));
  });
}

/**
 * Asks once, over `socket` where there is one already. Undefined when the answer is 2xx or 3xx in time, else why not, to go after "its
 * health check". Never rejects.
 */
export function probe(port: number, path: string, timeoutMs: number, socket?: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    try {
      const way = socket === undefined ? { agent: AGENT } : { createConnection: () => socket };
      const asking = request({ host: '127.0.0.1', port, path, ...way, headers: { 'user-agent': 'slipway-health', connection: 'close' } });
      const timer = setTimeout(() => {
        end(`got no answer within ${timeoutMs / 1000} s`);
        asking.destroy();
      }, timeoutMs);
      const end = (outcome: string | undefined) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      asking.on('response', (answer) => {
        const status = answer.statusCode ?? 0;
        end(status >= 200 && status < 400 ? undefined : `was answered with status ${status}`);
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > BODY_BYTES_MAX) asking.destroy();
        });
        answer.on('error', () => undefined);
        // The body has its time too, or a stream without an end would stay open.
        const rest = setTimeout(() => asking.destroy(), timeoutMs);
        answer.on('close', () => clearTimeout(rest));
      });
      asking.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? REFUSED : `failed: ${error.message}`));
      asking.end();
    } catch (error) {
      socket?.destroy();
      resolve(`could not be sent: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}
