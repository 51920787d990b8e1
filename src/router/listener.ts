/** Ports: taken at once, or tried again until the program that holds them is gone. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProviderUnavailable } from '../domain/errors.ts';
import type { RouterLog } from './log.ts';
import type { PlaneServer } from './plane.ts';

const RETRY_FIRST_MS = 200;
const RETRY_LONGEST_MS = 5_000;

/** Ports that the router gives out: under the ranges from which Linux and macOS take those of outgoing connections. */
export const OWN_PORTS = { first: 20_000, count: 10_000 } as const;

/** Listens, and answers the port. Rejects with Node's error (EADDRINUSE, EACCES, ...). */
export function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const listening = () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    };
    // A port may be tried for hours: a try that failed leaves nothing behind on the server.
    const failed = (error: Error) => {
      server.off('listening', listening);
      reject(error);
    };
    server.once('error', failed).once('listening', listening).listen({ host, port });
  });
}

/** Takes the first free port of the router's own range, from one that `start` decides, so that the same route likes the same port. */
export async function listenAnywhere(server: Server, host: string, start: number): Promise<number> {
  for (let offset = 0; offset < OWN_PORTS.count; offset++) {
    const port = OWN_PORTS.first + ((start + offset) % OWN_PORTS.count);
    try {
      return await listenOn(server, host, port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new ProviderUnavailable(`no port is free between ${OWN_PORTS.first} and ${OWN_PORTS.first + OWN_PORTS.count - 1}: end a program that holds one, or name a port in the route`);
}

/** A wish for a port that somebody else holds. */
export interface Waiting {
  readonly port: number;
  readonly reason: string;
}

/** Listens on `port` as soon as it can: at once where possible, else again and again. `settled` tells what is so now. */
export class Listener {
  readonly plane: PlaneServer;
  readonly host: string;
  readonly log: RouterLog;
  waiting: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(plane: PlaneServer, host: string, log: RouterLog) {
    this.plane = plane;
    this.host = host;
    this.log = log;
  }

  get server(): Server {
    return this.plane.server;
  }

  /** One try now; when it fails, more later. Never rejects. Answers the port when it has it. */
  async insist(port: number, pauseMs = RETRY_FIRST_MS): Promise<number | undefined> {
    if (this.closed) return undefined;
    try {
      const got = await listenOn(this.server, this.host, port);
      if (this.waiting !== undefined) this.log({ level: 'info', message: 'port free again: listening', port });
      this.waiting = undefined;
      return got;
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      if (this.waiting === undefined) this.log({ level: 'error', message: 'cannot listen: another program holds the port or it is not allowed; trying again until it is free', port, reason });
      this.waiting = { port, reason };
      this.timer = setTimeout(() => void this.insist(port, Math.min(pauseMs * 2, RETRY_LONGEST_MS)), pauseMs).unref();
      return undefined;
    }
  }

  /** Accepts nothing any more. Connections end with their request; those left after `graceMs` are cut. */
  close(graceMs: number): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.server.close();
    this.plane.closeIdleConnections();
    const idle = setInterval(() => this.plane.closeIdleConnections(), 100).unref();
    const cut = setTimeout(() => this.plane.closeAllConnections(), graceMs).unref();
    this.server.once('close', () => {
      clearInterval(idle);
      clearTimeout(cut);
    });
  }
}
