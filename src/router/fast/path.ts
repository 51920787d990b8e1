/**
 * The fast path of a listening port: simple requests are answered on raw connections. A connection on which anything else
 * comes is node:http's for good, from that request's first byte on; so all refusals and rare features are there alone.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { SWEEP_MS } from '../limits.ts';
import type { FindRoute, Plane } from '../plane.ts';
import { Client } from './client.ts';
import type { ReadingRules } from './request-head.ts';

export class FastPath {
  readonly plane: Plane;
  readonly find: FindRoute;
  readonly rules: ReadingRules;
  readonly answerHeadBytes: number;
  /** The last lines of an answer after which the connection goes on; what node:http says, too. */
  readonly keepAliveLines: string;
  /** Coarse time: advances with each sweep while there are clients, so that a request costs no look at the clock here. */
  nowMs = 0;
  private readonly server: Server;
  private readonly accept: (this: Server, socket: Socket) => void;
  private readonly clients = new Set<Client>();
  private timer: NodeJS.Timeout | undefined;

  /** Takes the connections of `server`, which goes on to listen and to have those that are handed over. */
  constructor(server: Server, plane: Plane, find: FindRoute) {
    const [accept, ...others] = server.listeners('connection');
    if (accept === undefined || others.length > 0) throw new Error(`a node:http server has ${others.length + 1} listeners for connections where 1 is known: this Node is another one than the fast path was made for; start the router with fastPath false`);
    this.server = server;
    this.plane = plane;
    this.find = find;
    const { limits, forwarded } = plane;
    this.rules = { forwarded, headBytes: Math.min(limits.fastHeadBytes, limits.headersBytes), urlBytes: limits.urlBytes };
    this.answerHeadBytes = limits.headersBytes * 4;
    this.keepAliveLines = `connection: keep-alive\r\nkeep-alive: timeout=${Math.floor(limits.keepAliveMs / 1000)}\r\n\r\n`;
    this.accept = accept as (this: Server, socket: Socket) => void;
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => this.begin(socket));
  }

  handOver(socket: Socket): void {
    this.accept.call(this.server, socket);
  }

  forget(client: Client): void {
    this.clients.delete(client);
    if (this.clients.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Ends the connections on which nothing is under way. */
  closeIdle(): void {
    for (const client of this.clients) client.closeIfIdle();
  }

  closeAll(): void {
    for (const client of this.clients) client.destroy();
  }

  private begin(socket: Socket): void {
    this.clients.add(new Client(this, socket));
    this.timer ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  private sweep(): void {
    this.nowMs += SWEEP_MS;
    for (const client of this.clients) client.sweep();
  }
}
