/** All routes of the router: changes one after the other, each on disk before it is in force. */
import { type RouteEntry, RouteInForce, type RouterCounts, type RouterParallelRun, type RouterPlaces, type RouteUpstreams } from '../contracts/router.ts';
import { Conflict, InvalidInput, NotFound } from '../domain/errors.ts';
import type { EnvironmentName, InstanceId, ServiceName } from '../domain/ids.ts';
import { hash32 } from './choose.ts';
import { Listener, type Waiting, listenAnywhere, listenOn } from './listener.ts';
import { LiveRoute } from './live-route.ts';
import type { RouterLog } from './log.ts';
import type { Mirrors } from './mirror/mirrors.ts';
import { type Plane, createPlaneServer } from './plane.ts';
import type { Survives, TableFile } from './table-file.ts';
import { originOf } from './upstream.ts';

interface Held {
  readonly route: LiveRoute;
  listener: Listener;
}

export interface RoutesNeeds {
  readonly plane: Plane;
  readonly host: string;
  readonly log: RouterLog;
  readonly mirrors: Mirrors;
  readonly save: (routes: TableFile['routes'], survives: Survives) => Promise<void>;
}

const hostOf = (entry: { service: string; environment: string }): string => `${entry.service}.${entry.environment}.localhost`;

export class Routes {
  private readonly needs: RoutesNeeds;
  /** By host name; ids are lower case, so that lower-casing a Host header is enough to compare. */
  private readonly held = new Map<string, Held>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(needs: RoutesNeeds) {
    this.needs = needs;
  }

  /** Puts routes in force that were saved before. A port that is taken makes only its own route wait. */
  async restore(entries: TableFile['routes']): Promise<void> {
    await Promise.all(
      entries.map(async (entry) => {
        const held = this.hold(entry);
        await held.listener.insist(entry.port);
      }),
    );
  }

  /** @throws Conflict when the wanted port is taken; InvalidInput when an upstream has no usable address. */
  put(wanted: RouteEntry): Promise<RouteInForce> {
    return this.oneByOne(async () => {
      for (const upstreams of Object.values(wanted.upstreams)) for (const upstream of upstreams) checkAddress(upstream);
      const held = this.held.get(hostOf(wanted));
      if (held === undefined) return await this.create(wanted);
      const before = held.route.table.entry;
      const entry = { ...wanted, port: wanted.port ?? before.port };
      const moved = entry.port === before.port ? undefined : await this.listenerFor(held.route, entry);
      try {
        await this.needs.save(this.entriesWith(entry), 'this table');
      } catch (error) {
        moved?.listener.close(0);
        throw error;
      }
      held.route.apply(entry);
      if (moved !== undefined) {
        held.listener.close(entry.drainSeconds * 1000);
        held.listener = moved.listener;
      }
      return held.route.table.entry;
    });
  }

  /** @throws NotFound when there is no such route. */
  attach(service: ServiceName, environment: EnvironmentName, { upstreams }: RouteUpstreams): Promise<RouteInForce> {
    return this.oneByOne(async () => {
      for (const list of Object.values(upstreams)) for (const upstream of list) checkAddress(upstream);
      const { route } = this.must(service, environment);
      const entry = { ...route.table.entry, upstreams };
      await this.needs.save(this.entriesWith(entry), 'a table');
      route.apply(entry);
      return route.table.entry;
    });
  }

  /** Removing what is not there is no error. */
  remove(service: ServiceName, environment: EnvironmentName): Promise<void> {
    return this.oneByOne(async () => {
      const host = hostOf({ service, environment });
      const held = this.held.get(host);
      if (held === undefined) return;
      await this.needs.save(this.list().filter((entry) => hostOf(entry) !== host), 'this table');
      this.held.delete(host);
      held.listener.close(held.route.table.entry.drainSeconds * 1000);
      held.route.retire();
    });
  }

  get(service: ServiceName, environment: EnvironmentName): RouteInForce {
    return this.must(service, environment).route.table.entry;
  }

  several(places: RouterPlaces['places']): RouteInForce[] {
    return places.flatMap((place) => this.held.get(hostOf(place))?.route.table.entry ?? []);
  }

  list(): RouteInForce[] {
    return [...this.held.values()].map(({ route }) => route.table.entry);
  }

  counts(service: ServiceName, environment: EnvironmentName, epoch: string, at: number): RouterCounts {
    return this.must(service, environment).route.counts(epoch, at);
  }

  inFlight(service: ServiceName, environment: EnvironmentName): Record<InstanceId, number> {
    return this.must(service, environment).route.inFlight();
  }

  /** The route in force. @throws NotFound */
  live(service: ServiceName, environment: EnvironmentName): LiveRoute {
    return this.must(service, environment).route;
  }

  async parallelRun(service: ServiceName, environment: EnvironmentName): Promise<RouterParallelRun> {
    return await this.must(service, environment).route.parallelRun();
  }

  waiting(): Waiting[] {
    return [...this.held.values()].flatMap(({ listener }) => listener.waiting ?? []);
  }

  /** The route of a Host header (`<service>.<environment>.localhost`, any port). */
  byHost(header: string | undefined): LiveRoute | undefined {
    if (header === undefined) return undefined;
    const colon = header.indexOf(':');
    return this.held.get((colon < 0 ? header : header.slice(0, colon)).toLowerCase())?.route;
  }

  /** Requests under way at any instance, tunnels included. */
  busy(): number {
    let total = 0;
    for (const { route } of this.held.values()) for (const count of Object.values(route.inFlight())) total += count;
    return total;
  }

  /** No new connections; those idle close, the others have `graceMs`. */
  stopListening(graceMs: number): void {
    for (const { listener } of this.held.values()) listener.close(graceMs);
  }

  async cut(): Promise<void> {
    await Promise.all([...this.held.values()].map(({ route }) => route.cut()));
  }

  private async create(wanted: RouteEntry): Promise<RouteInForce> {
    const route = new LiveRoute({ ...wanted, port: wanted.port ?? 1 }, this.needs.plane.limits, this.needs.log, this.needs.mirrors);
    const { listener, port } = await this.listenerFor(route, wanted).catch(async (error: unknown) => {
      await route.cut();
      throw error;
    });
    const entry = RouteInForce.parse({ ...wanted, port });
    try {
      await this.needs.save(this.entriesWith(entry), 'this table');
    } catch (error) {
      listener.close(0);
      await route.cut();
      throw error;
    }
    route.apply(entry);
    this.held.set(hostOf(entry), { route, listener });
    return entry;
  }

  private async listenerFor(route: LiveRoute, wanted: RouteEntry): Promise<{ listener: Listener; port: number }> {
    const listener = this.listener(route);
    if (wanted.port === undefined) return { listener, port: await listenAnywhere(listener.server, this.needs.host, hash32(hostOf(wanted))) };
    try {
      return { listener, port: await listenOn(listener.server, this.needs.host, wanted.port) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new Conflict(`port ${wanted.port} for ${hostOf(wanted)} cannot be listened on (${code}): another program holds it, or it is not allowed; name another port, or none to let the router choose`, { port: wanted.port, code });
    }
  }

  private hold(entry: RouteInForce): Held {
    const route = new LiveRoute(entry, this.needs.plane.limits, this.needs.log, this.needs.mirrors);
    const held = { route, listener: this.listener(route) };
    this.held.set(hostOf(entry), held);
    return held;
  }

  private listener(route: LiveRoute): Listener {
    return new Listener(createPlaneServer(this.needs.plane, () => route), this.needs.host, this.needs.log);
  }

  private must(service: ServiceName, environment: EnvironmentName): Held {
    const held = this.held.get(hostOf({ service, environment }));
    if (held === undefined) throw new NotFound(`the router has no route for ${service} in ${environment}: put one first`, { service, environment });
    return held;
  }

  private entriesWith(entry: RouteInForce): RouteInForce[] {
    return [...this.list().filter((other) => hostOf(other) !== hostOf(entry)), entry];
  }

  private oneByOne<T>(change: () => Promise<T>): Promise<T> {
    const result = this.last.then(change);
    this.last = result.catch(() => undefined);
    return result;
  }
}

function checkAddress(upstream: { host: string; port: number }): void {
  try {
    originOf(upstream);
  } catch (error) {
    throw new InvalidInput(`the upstream ${upstream.host}:${upstream.port} is no address: give a host name or an IP address`, { upstream }, { cause: error });
  }
}
