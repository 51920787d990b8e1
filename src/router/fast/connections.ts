/** The raw keep-alive connections to one instance: the one used last is used next. */
import type { Upstream } from '../../contracts/router.ts';
import { type RouterLimits, SWEEP_MS } from '../limits.ts';
import { type Holder, UpstreamConnection } from './upstream-connection.ts';

export class Connections {
  private readonly address: Upstream;
  private readonly limits: RouterLimits;
  private readonly idle: UpstreamConnection[] = [];
  private readonly all = new Set<UpstreamConnection>();
  private closed = false;
  /** Coarse time: advances with each sweep, so that a request costs no look at the clock here. */
  private nowMs = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(address: Upstream, limits: RouterLimits) {
    this.address = address;
    this.limits = limits;
  }

  /**
   * Gives `holder` a connection; it is told when it stands, for one from before at once.
   * @param fresh not one from before: the last of those broke.
   */
  take(holder: Holder, fresh: boolean): UpstreamConnection {
    const idle = fresh ? undefined : this.idle.findLast(({ usable }) => usable);
    if (idle !== undefined) {
      this.idle.length = this.idle.lastIndexOf(idle);
      idle.holder = holder;
      holder.onReady(idle);
      return idle;
    }
    const connection = new UpstreamConnection(this.address, this.limits.connectMs, holder);
    connection.whenLost = this.forget;
    this.all.add(connection);
    return connection;
  }

  /** The answer was complete. @param keepMs for how long the instance keeps the connection, 0: not at all. */
  giveBack(connection: UpstreamConnection, keepMs: number): void {
    connection.holder = undefined;
    // A second less than the instance says: a request on its way must not meet its closing.
    connection.idleMs = Math.min(this.limits.idleUpstreamMs, keepMs - 1000);
    if (this.closed || connection.idleMs <= 0 || !connection.usable || this.idle.length >= this.limits.idleUpstreams) return connection.destroy();
    connection.idleSince = this.nowMs;
    this.idle.push(connection);
    this.timer ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** Idle connections close now, the others when they are given back. */
  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    for (const connection of this.idle.splice(0)) connection.destroy();
  }

  /** Breaks everything. */
  destroy(): void {
    this.close();
    for (const connection of this.all) connection.destroy();
  }

  private readonly forget = (connection: UpstreamConnection): void => {
    this.all.delete(connection);
    const index = this.idle.lastIndexOf(connection);
    if (index >= 0) this.idle.splice(index, 1);
  };

  private sweep(): void {
    this.nowMs += SWEEP_MS;
    for (const connection of this.idle.filter(({ idleSince, idleMs }) => this.nowMs - idleSince >= idleMs)) connection.destroy();
    if (this.idle.length > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
