/** Traffic in memory: the same contract as the router, no sockets. */
import { RouteEntry, RouteUpstreams } from '../../src/contracts/router.ts';
import { Conflict, InvalidInput, NotFound } from '../../src/domain/errors.ts';
import type { EnvironmentName, InstanceId, ServiceName } from '../../src/domain/ids.ts';
import type { Traffic, TrafficRoute } from '../../src/ports/traffic.ts';

type InForce = TrafficRoute & { readonly port: number };

export class FakeTraffic implements Traffic {
  /** Requests under way, as a test wants them to be seen. */
  readonly busy = new Map<InstanceId, number>();
  private readonly routes = new Map<string, InForce>();
  private nextPort = 20_000;

  async put(route: TrafficRoute): Promise<InForce> {
    const parsed = RouteEntry.safeParse(route);
    if (!parsed.success) throw new InvalidInput(parsed.error.message);
    const key = keyOf(route.service, route.environment);
    const port = route.port ?? this.routes.get(key)?.port ?? this.freePort();
    if ([...this.routes].some(([other, taken]) => other !== key && taken.port === port)) throw new Conflict(`port ${port} is taken`);
    const inForce = { ...parsed.data, port };
    this.routes.set(key, inForce);
    return inForce;
  }

  async attach(service: ServiceName, environment: EnvironmentName, upstreams: TrafficRoute['upstreams']): Promise<InForce> {
    const parsed = RouteUpstreams.safeParse({ upstreams });
    if (!parsed.success) throw new InvalidInput(parsed.error.message);
    const inForce = { ...this.must(service, environment), upstreams: parsed.data.upstreams };
    this.routes.set(keyOf(service, environment), inForce);
    return inForce;
  }

  async get(service: ServiceName, environment: EnvironmentName): Promise<InForce | undefined> {
    return this.routes.get(keyOf(service, environment));
  }

  async several(places: Parameters<Traffic['several']>[0]): Promise<readonly InForce[]> {
    if (places.length > 1000) throw new InvalidInput('more than 1000 places');
    return places.flatMap(({ service, environment }) => this.routes.get(keyOf(service, environment)) ?? []);
  }

  async list(): Promise<readonly InForce[]> {
    return [...this.routes.values()];
  }

  async remove(service: ServiceName, environment: EnvironmentName): Promise<void> {
    this.routes.delete(keyOf(service, environment));
  }

  async inFlight(service: ServiceName, environment: EnvironmentName): Promise<Readonly<Record<InstanceId, number>>> {
    const instances = Object.values(this.must(service, environment).upstreams).flat().map(({ instance }) => instance);
    return Object.fromEntries(instances.map((instance) => [instance, this.busy.get(instance) ?? 0])) as Record<InstanceId, number>;
  }

  private must(service: ServiceName, environment: EnvironmentName): InForce {
    const route = this.routes.get(keyOf(service, environment));
    if (route === undefined) throw new NotFound(`no route for ${service} in ${environment}`);
    return route;
  }

  private freePort(): number {
    const taken = new Set([...this.routes.values()].map(({ port }) => port));
    while (taken.has(this.nextPort)) this.nextPort++;
    return this.nextPort++;
  }
}

const keyOf = (service: ServiceName, environment: EnvironmentName): string => `${service}.${environment}`;
