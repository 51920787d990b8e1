/** A target in memory, held to the same contract as the real ones. Slow parts happen when a test says so, or at once. */
import type { DescribeResult, LaunchRequest, LaunchResult, ObserveRequest, ObserveResult, RelaunchRequest, RelaunchResult, RetireRequest, RetireResult, RouteRequest, RouteResult, ServiceRef } from '../../src/contracts/target.ts';
import { InvalidInput, LimitExceeded, type SlipwayError, StaleGeneration } from '../../src/domain/errors.ts';
import { type Generation, InstanceId, type RevisionId } from '../../src/domain/ids.ts';
import type { RevisionSpec } from '../../src/domain/revision.ts';
import type { Weights } from '../../src/domain/route.ts';
import type { Observed, ObservedInstance } from '../../src/domain/state.ts';
import type { Fence, Target } from '../../src/ports/target.ts';

type Verb = 'launch' | 'route' | 'observe' | 'relaunch' | 'retire';
interface Held extends ObservedInstance {
  readonly ref: string;
}

export interface FakeTargetOptions {
  readonly fence: Fence;
  /** What a new instance is at once; `starting` waits for `becomes`. */
  readonly startsAs?: ObservedInstance['health'];
  readonly now?: () => number;
}

const keyOf = ({ service, environment }: ServiceRef) => `${service}/${environment}`;
const holdsPlace = ({ health }: ObservedInstance) => health !== 'draining';
const isBroken = ({ health }: ObservedInstance) => health === 'stopped' || health === 'unhealthy';

export class FakeTarget implements Target {
  /** Every request, in order, refused ones too. */
  readonly calls: (LaunchRequest | RouteRequest | ObserveRequest | RelaunchRequest | RetireRequest)[] = [];
  startsAs: ObservedInstance['health'];
  private readonly fence: Fence;
  private readonly now: () => number;
  private held: Held[] = [];
  private readonly routes = new Map<string, { weights: Weights; port: number }>();
  private readonly faults: { verb: Verb; error: SlipwayError }[] = [];
  private count = 0;

  constructor(options: FakeTargetOptions) {
    this.fence = options.fence;
    this.startsAs = options.startsAs ?? 'healthy';
    this.now = options.now ?? (() => 0);
  }

  async describe(): Promise<DescribeResult> {
    return { verb: 'describe', kind: 'fake', weights: true, zones: true, scaleToZero: true, limits: {}, problems: [] };
  }

  async launch(request: LaunchRequest): Promise<LaunchResult> {
    await this.enter(request);
    const { spec, count } = request;
    const zones = spec.zones.filter((zone) => !request.zonesLost.includes(zone));
    if (zones.length === 0 && count > 0) throw new LimitExceeded('all zones are lost');
    const present = this.of(request, spec.revision).filter(holdsPlace);
    const leaving = present.filter(({ zone }) => !zones.includes(zone));
    const staying = present.filter(({ zone }) => zones.includes(zone));
    while (staying.length > count) leaving.push(...staying.splice(this.leavesFirst(staying), 1));
    const started: InstanceId[] = [];
    while (staying.length < count) {
      const fresh = this.add(spec, emptiest(zones, staying));
      staying.push(fresh);
      started.push(fresh.instance);
    }
    for (const { instance } of leaving) this.remove(instance);
    return { verb: 'launch', started, stopping: leaving.map(({ instance }) => instance) };
  }

  async route(request: RouteRequest): Promise<RouteResult> {
    await this.enter(request);
    for (const [revision, weight] of Object.entries(request.weights)) {
      if (weight > 0 && !this.of(request, revision as RevisionId).some(holdsPlace)) throw new InvalidInput(`${revision} has no instance here`);
    }
    const port = this.routes.get(keyOf(request))?.port ?? 20_000 + this.routes.size;
    this.routes.set(keyOf(request), { weights: request.weights, port });
    return { verb: 'route', inForce: request.weights, endpoint: `http://127.0.0.1:${port}` };
  }

  async observe(request: ObserveRequest): Promise<ObserveResult> {
    this.calls.push(request);
    this.failIfTold('observe');
    return { verb: 'observe', services: request.refs.map((ref) => this.seen(ref)) };
  }

  async relaunch(request: RelaunchRequest): Promise<RelaunchResult> {
    await this.enter(request);
    const result = { verb: 'relaunch' as const, started: [] as InstanceId[], quarantined: [] as InstanceId[], waiting: [] as InstanceId[] };
    for (const old of this.held.filter(({ ref, instance }) => ref === keyOf(request) && request.instances.includes(instance)).filter(holdsPlace)) {
      const spec = request.specs[old.revision];
      const zones = spec?.zones.filter((zone) => !request.zonesLost.includes(zone)) ?? [];
      const others = this.of(request, old.revision).filter((other) => other !== old && holdsPlace(other));
      if (spec === undefined) this.remove(old.instance);
      else if (!isBroken(old) && zones.includes(old.zone)) continue;
      else if (old.quarantined) result.quarantined.push(old.instance);
      else if (zones.length === 0) result.waiting.push(old.instance);
      else {
        const zone = zones.includes(old.zone) ? old.zone : emptiest(zones, others);
        result.started.push(this.add(spec, zone, old.relaunches + 1).instance);
        this.remove(old.instance);
      }
    }
    return result;
  }

  async retire(request: RetireRequest): Promise<RetireResult> {
    await this.enter(request);
    const weight = this.routes.get(keyOf(request))?.weights[request.revision] ?? 0;
    if (weight > 0) throw new InvalidInput(`${request.revision} still has ${weight} % of the traffic`);
    const stopping = this.of(request, request.revision).map(({ instance }) => instance);
    for (const instance of stopping) this.remove(instance);
    return { verb: 'retire', stopping };
  }

  /** What is there now, as observe would answer, without a call on record. */
  seen({ service, environment }: ServiceRef): Observed {
    const route = this.routes.get(keyOf({ service, environment }));
    const instances = this.held.filter(({ ref }) => ref === keyOf({ service, environment })).map(({ ref: _ref, ...instance }) => instance);
    return { service, environment, weights: route?.weights ?? {}, instances, endpoint: route === undefined ? null : `http://127.0.0.1:${route.port}` };
  }

  /** Changes an instance by a foreign hand, for example its health. */
  change(instance: InstanceId, change: Partial<ObservedInstance>): void {
    if (!this.held.some((held) => held.instance === instance)) throw new Error(`the fake target has no ${instance}`);
    this.held = this.held.map((held) => (held.instance === instance ? { ...held, ...change } : held));
  }

  kill(instance: InstanceId): void {
    this.change(instance, { health: 'stopped', address: null, problem: 'Its process was ended by SIGKILL.' });
  }

  /** Makes all instances of a revision what they are to be, as when they have started. */
  becomes(revision: RevisionId, health: ObservedInstance['health'], problem: string | null = null): void {
    this.held = this.held.map((held) => (held.revision === revision ? { ...held, health, problem } : held));
  }

  /** Takes an instance away without a trace. */
  remove(instance: InstanceId): void {
    this.held = this.held.filter((held) => held.instance !== instance);
  }

  /** An instance that nobody asked for. */
  addStray(spec: RevisionSpec): InstanceId {
    const { instance } = this.add(spec, spec.zones[0] ?? 'a');
    this.change(instance, { health: 'unhealthy', problem: 'stray: not known here', stray: true });
    return instance;
  }

  /** Weights changed by a foreign hand. */
  setWeights(ref: ServiceRef, weights: Weights): void {
    this.routes.set(keyOf(ref), { weights, port: this.routes.get(keyOf(ref))?.port ?? 20_000 + this.routes.size });
  }

  /** The next call of a verb fails with this, before it changes anything. */
  failNext(verb: Verb, error: SlipwayError): void {
    this.faults.push({ verb, error });
  }

  private of(ref: ServiceRef, revision: RevisionId): Held[] {
    return this.held.filter((held) => held.ref === keyOf(ref) && held.revision === revision);
  }

  /** The index of a failed one, else of the youngest in the fullest zone. */
  private leavesFirst(instances: readonly Held[]): number {
    const broken = instances.findIndex(isBroken);
    if (broken >= 0) return broken;
    const inZone = (zone: string) => instances.filter((held) => held.zone === zone).length;
    const most = Math.max(...instances.map(({ zone }) => inZone(zone)));
    return instances.findLastIndex(({ zone }) => inZone(zone) === most);
  }

  private add(spec: RevisionSpec, zone: string, relaunches = 0): Held {
    this.count += 1;
    const instance = InstanceId.parse(`${spec.revision}.${this.count}`);
    const held: Held = { ref: keyOf(spec), instance, revision: spec.revision, zone, health: this.startsAs, startedAt: this.now(), relaunches, address: `127.0.0.1:${30_000 + this.count}`, problem: null, quarantined: false };
    this.held.push(held);
    return held;
  }

  private async enter(request: (LaunchRequest | RouteRequest | RelaunchRequest | RetireRequest) & { generation: Generation }): Promise<void> {
    this.calls.push(request);
    this.failIfTold(request.verb);
    const current = await this.fence.current(request.service, request.environment);
    if (request.generation < current) throw new StaleGeneration(`generation ${request.generation} has been overtaken by ${current}`);
  }

  private failIfTold(verb: Verb): void {
    const index = this.faults.findIndex((fault) => fault.verb === verb);
    const [fault] = index < 0 ? [] : this.faults.splice(index, 1);
    if (fault !== undefined) throw fault.error;
  }
}

/** The zone with the fewest instances. */
function emptiest(zones: readonly string[], instances: readonly Pick<ObservedInstance, 'zone'>[]): string {
  const inZone = (zone: string) => instances.filter((held) => held.zone === zone).length;
  return zones.reduce((best, zone) => (inZone(zone) < inZone(best) ? zone : best));
}
