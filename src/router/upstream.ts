/** One instance as the router sees it: its connections, the requests under way, and whether it accepts connections. */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { Pool } from 'undici';
import type { Upstream } from '../contracts/router.ts';
import { Connections } from './fast/connections.ts';
import type { RouterLimits } from './limits.ts';
import type { RouterLog } from './log.ts';

export class UpstreamServer {
  readonly address: Upstream;
  readonly pool: Pool;
  /** Those of the fast path, which does without the pool. */
  readonly connections: Connections;
  /** Upgraded connections; they are no longer the pool's. */
  readonly tunnels = new Set<Duplex>();
  inFlight = 0;
  /** Passive: an instance that refuses a connection is out until a probe connects. */
  healthy = true;
  /** Removed from its route: no new requests. */
  retired = false;
  /** Time to drain is over: what breaks now was broken by the router, not by the instance. */
  cut = false;
  private readonly limits: RouterLimits;
  private readonly log: RouterLog;
  private timer: NodeJS.Timeout | undefined;
  private pauseMs: number;

  constructor(address: Upstream, limits: RouterLimits, log: RouterLog) {
    this.address = address;
    this.limits = limits;
    this.log = log;
    this.pauseMs = limits.probeFirstMs;
    this.connections = new Connections(address, limits);
    this.pool = new Pool(originOf(address), {
      connectTimeout: limits.connectMs,
      headersTimeout: limits.headersMs,
      // Streams may be silent for as long as they like; whoever is bored hangs up.
      bodyTimeout: 0,
      maxHeaderSize: limits.headersBytes * 4,
      pipelining: 1,
      allowH2: false,
    });
  }

  /** A connection could not be made: out of rotation until a probe connects, with growing pauses. */
  markDown(reason: string): void {
    if (!this.healthy || this.retired) return;
    this.healthy = false;
    this.log({ level: 'error', message: 'instance taken out: it accepts no connection; it is probed until it does', instance: this.address.instance, port: this.address.port, reason });
    this.pauseMs = this.limits.probeFirstMs;
    this.probeLater();
  }

  /** No new requests from now on. Those under way have `drainMs`, then they are cut; `gone` is called when none is left. */
  retire(drainMs: number, gone: () => void): void {
    this.retired = true;
    clearTimeout(this.timer);
    const finish = () => {
      clearTimeout(this.timer);
      clearInterval(watch);
      gone();
    };
    // Idle connections close at once, busy ones after their answer.
    this.pool.close().catch(() => undefined);
    this.connections.close();
    const watch = setInterval(() => {
      if (this.inFlight === 0) finish();
    }, 100).unref();
    this.timer = setTimeout(() => void this.cutAll().finally(finish), drainMs).unref();
  }

  /** Breaks everything under way. */
  async cutAll(): Promise<void> {
    this.cut = true;
    this.retired = true;
    clearTimeout(this.timer);
    for (const tunnel of this.tunnels) tunnel.destroy();
    this.connections.destroy();
    await this.pool.destroy();
  }

  private probeLater(): void {
    this.timer = setTimeout(() => this.probe(), this.pauseMs).unref();
    this.pauseMs = Math.min(this.pauseMs * 2, this.limits.probeLongestMs);
  }

  private probe(): void {
    const socket = connect({ host: this.address.host, port: this.address.port, timeout: this.limits.connectMs });
    const settle = (up: boolean) => {
      socket.removeAllListeners().on('error', () => undefined).destroy();
      if (this.retired) return;
      this.healthy = up;
      if (!up) return this.probeLater();
      this.log({ level: 'info', message: 'instance back: it accepts connections again', instance: this.address.instance, port: this.address.port });
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false)).once('timeout', () => settle(false));
  }
}

/** @throws TypeError when host and port make no URL. */
export function originOf({ host, port }: Pick<Upstream, 'host' | 'port'>): string {
  return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`).origin;
}
