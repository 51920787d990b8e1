/** A route in force: an immutable compiled table that is swapped as a whole, and the counts that outlive it. */
import { Conflict, NotFound } from '../domain/errors.ts';
import type { InstanceId, RevisionId } from '../domain/ids.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import type { RecordingProgress } from '../domain/recording/recording.ts';
import type { RecordingRule } from '../domain/recording/rule.ts';
import type { RouteInForce, RouterCounts, RouterParallelRun } from '../contracts/router.ts';
import { chooseByChance, chooseByKey, seedOf } from './choose.ts';
import { RevisionTally } from './counts.ts';
import type { RouterLimits } from './limits.ts';
import type { RouterLog } from './log.ts';
import type { Mirrors, RouteMirror } from './mirror/mirrors.ts';
import { Recorder } from './recording/recorder.ts';
import { joinTaps, type Tap } from './tap.ts';
import { UpstreamServer, originOf } from './upstream.ts';

export interface CompiledRevision {
  readonly id: RevisionId;
  readonly weight: number;
  readonly seed: number;
  readonly upstreams: readonly UpstreamServer[];
  readonly tally: RevisionTally;
}

export interface RouteTable {
  readonly entry: RouteInForce;
  /** Those with a weight over 0, in the order of their names. */
  readonly revisions: readonly CompiledRevision[];
}

export interface Pick {
  readonly revision: CompiledRevision;
  readonly upstream: UpstreamServer;
}

export class LiveRoute {
  table: RouteTable;
  unrouted = 0;
  /** Who else sees this route's requests; nobody, usually. */
  tap: Tap | undefined;
  private mirror: RouteMirror | undefined;
  private recorder: Recorder | undefined;
  private readonly tallies = new Map<RevisionId, RevisionTally>();
  private servers = new Map<string, UpstreamServer>();
  private readonly draining = new Set<UpstreamServer>();
  private readonly limits: RouterLimits;
  private readonly log: RouterLog;
  private readonly mirrors: Mirrors;
  private turn = 0;

  constructor(entry: RouteInForce, limits: RouterLimits, log: RouterLog, mirrors: Mirrors) {
    this.limits = limits;
    this.log = log;
    this.mirrors = mirrors;
    this.table = this.compile(entry);
    this.mirrorAsIn(entry);
  }

  /** From the next request on, `entry` is in force. Instances in both keep their connections; others drain. */
  apply(entry: RouteInForce): void {
    const before = this.servers;
    this.table = this.compile(entry);
    this.mirrorAsIn(entry);
    for (const [key, server] of before) if (!this.servers.has(key)) this.drain(server, entry.drainSeconds);
  }

  /** Takes the route out of force: all its instances drain. */
  retire(): void {
    for (const server of this.servers.values()) this.drain(server, this.table.entry.drainSeconds);
    this.servers = new Map();
    this.mirror?.end();
    this.tap = this.mirror = this.recorder = undefined;
    this.table = { entry: this.table.entry, revisions: [] };
  }

  /** The revision of a request: by its key where it has one, else by chance. */
  choose(key: string | undefined): CompiledRevision | undefined {
    const { revisions } = this.table;
    return key === undefined ? chooseByChance(revisions, Math.random()) : chooseByKey(revisions, key);
  }

  /**
   * An instance for a request of revision `chosen` that has not been tried: a healthy one of it, else a healthy one of
   * another weighted revision, else, when all are out, any at all: they may be back before their probe.
   * @param again an instance that was tried will do before another revision: it broke a connection, but accepts new ones.
   */
  pick(chosen: CompiledRevision, tried: readonly UpstreamServer[], again = false): Pick | undefined {
    const own = this.pickWithin(chosen, tried, true) ?? (again ? this.pickWithin(chosen, [], true) : undefined);
    if (own !== undefined) return own;
    const others = this.table.revisions.filter((revision) => revision.id !== chosen.id);
    for (const healthyOnly of [true, false]) {
      const candidates = healthyOnly ? others : [chosen, ...others];
      for (const revision of candidates) {
        const pick = this.pickWithin(revision, tried, healthyOnly);
        if (pick !== undefined) return pick;
      }
    }
    return undefined;
  }

  inFlight(): Record<InstanceId, number> {
    const numbers: Record<InstanceId, number> = {};
    for (const server of [...this.servers.values(), ...this.draining]) {
      const { instance } = server.address;
      numbers[instance] = (numbers[instance] ?? 0) + server.inFlight;
    }
    return numbers;
  }

  counts(epoch: string, at: number): RouterCounts {
    const revisions = Object.fromEntries([...this.tallies].map(([id, tally]) => [id, tally.snapshot()])) as RouterCounts['revisions'];
    return { epoch, at, revisions, unrouted: this.unrouted };
  }

  /** @throws NotFound when nothing is mirrored here; ProviderUnavailable */
  async parallelRun(): Promise<RouterParallelRun> {
    if (this.mirror === undefined) throw new NotFound('nothing is mirrored on this route');
    return await this.mirror.read();
  }

  get recording(): RecordingProgress | null {
    return this.recorder?.progress ?? null;
  }

  /** @throws Conflict when one is under way. */
  record(rule: RecordingRule, now: () => number): RecordingProgress {
    if (this.recorder !== undefined) throw new Conflict('a recording of this route is under way: end it first');
    this.recorder = new Recorder(rule, now);
    this.joinTaps();
    return this.recorder.progress;
  }

  /** @throws NotFound when nothing is recorded. */
  recorded(): RecordedRequest[] {
    if (this.recorder === undefined) throw new NotFound('nothing is recorded on this route');
    return this.recorder.requests;
  }

  endRecording(): void {
    this.recorder = undefined;
    this.joinTaps();
  }

  /** Breaks everything under way, for the end of the process. */
  async cut(): Promise<void> {
    this.mirror?.end();
    await Promise.all([...this.servers.values(), ...this.draining].map((server) => server.cutAll()));
  }

  /** The same mirror goes on over new instances; another one begins anew. */
  private mirrorAsIn({ mirror, upstreams }: RouteInForce): void {
    if (JSON.stringify(mirror) !== JSON.stringify(this.mirror?.mirror)) {
      this.mirror?.end();
      this.mirror = undefined;
    }
    if (mirror === undefined) return this.joinTaps();
    const origins = { stable: (upstreams[mirror.stable] ?? []).map(originOf), candidate: (upstreams[mirror.candidate] ?? []).map(originOf) };
    if (this.mirror === undefined) this.mirror = this.mirrors.begin(mirror, origins);
    else this.mirror.use(origins);
    this.joinTaps();
  }

  private joinTaps(): void {
    this.tap = joinTaps([this.mirror, this.recorder]);
  }

  /** Least requests under way; equals take turns. */
  private pickWithin(revision: CompiledRevision, tried: readonly UpstreamServer[], healthyOnly: boolean): Pick | undefined {
    const { upstreams } = revision;
    let best: UpstreamServer | undefined;
    const first = this.turn++;
    for (let offset = 0; offset < upstreams.length; offset++) {
      const upstream = upstreams[(first + offset) % upstreams.length] as UpstreamServer;
      if ((healthyOnly && !upstream.healthy) || upstream.retired || tried.includes(upstream)) continue;
      if (best === undefined || upstream.inFlight < best.inFlight) best = upstream;
    }
    return best && { revision, upstream: best };
  }

  private compile(entry: RouteInForce): RouteTable {
    const servers = new Map<string, UpstreamServer>();
    const perRevision = new Map<string, UpstreamServer[]>();
    for (const [revision, upstreams] of Object.entries(entry.upstreams)) {
      for (const upstream of upstreams) {
        const key = JSON.stringify([revision, upstream.instance, upstream.host, upstream.port]);
        const server = servers.get(key) ?? this.servers.get(key) ?? new UpstreamServer(upstream, this.limits, this.log);
        if (!servers.has(key)) perRevision.set(revision, [...(perRevision.get(revision) ?? []), server]);
        servers.set(key, server);
      }
      this.tallyOf(revision as RevisionId);
    }
    this.servers = servers;
    const revisions = Object.entries(entry.weights)
      .filter(([, weight]) => weight > 0)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, weight]) => {
        const id = name as RevisionId;
        return { id, weight, seed: seedOf(id), upstreams: perRevision.get(id) ?? [], tally: this.tallyOf(id) };
      });
    this.forget(entry);
    return { entry, revisions };
  }

  private tallyOf(id: RevisionId): RevisionTally {
    const tally = this.tallies.get(id) ?? new RevisionTally();
    this.tallies.set(id, tally);
    return tally;
  }

  private forget(entry: RouteInForce): void {
    const former = [...this.tallies].filter(([id, tally]) => !(id in entry.upstreams) && !(id in entry.weights) && tally.inFlight === 0);
    for (const [id] of former.slice(0, Math.max(0, former.length - this.limits.formerRevisions))) this.tallies.delete(id);
  }

  private drain(server: UpstreamServer, drainSeconds: number): void {
    this.draining.add(server);
    server.retire(drainSeconds * 1000, () => this.draining.delete(server));
  }
}
