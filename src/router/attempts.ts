/**
 * One request on its way to an instance: which ones were tried, what may be tried again, and what the judge will read
 * about it. The policy of both paths, node:http's and the fast one.
 */
import type { FailureClass } from './counts.ts';
import type { RouterLimits } from './limits.ts';
import type { CompiledRevision, LiveRoute } from './live-route.ts';
import type { UpstreamServer } from './upstream.ts';

/** `unconnected`: no byte was sent, no connection came about; `late`: no answer in time; `broken`: anything else. */
export type Fault = 'unconnected' | 'late' | 'broken';

/** What the client is told. */
export interface Problem {
  readonly status: number;
  readonly detail: string;
}

export const NO_INSTANCE: Problem = { status: 503, detail: 'no instance of this service accepts connections' };
const LATE: Problem = { status: 504, detail: 'the instance did not begin to answer in time' };
const BROKEN: Problem = { status: 502, detail: 'the instance broke the connection before its answer was complete' };

export class Attempts {
  revision: CompiledRevision;
  upstream: UpstreamServer | undefined;
  /** Some byte of an answer has come. */
  answerBegan = false;
  /** It was sent a second time, after a connection broke. */
  repeated = false;
  private readonly route: LiveRoute;
  private readonly chosen: CompiledRevision;
  private readonly limits: RouterLimits;
  private readonly beganAt = performance.now();
  private readonly tried: UpstreamServer[] = [];
  private settled = true;
  private charged: CompiledRevision | undefined;
  private failure: FailureClass | undefined;

  constructor(route: LiveRoute, chosen: CompiledRevision, limits: RouterLimits) {
    this.route = route;
    this.chosen = chosen;
    this.revision = chosen;
    this.limits = limits;
  }

  /** The instance has not given its whole answer yet. */
  get underWay(): boolean {
    return !this.settled;
  }

  /** An instance that was not tried yet; undefined when there is none: the answer is NO_INSTANCE. */
  next(): UpstreamServer | undefined {
    const { route, chosen, tried } = this;
    const pick = tried.length < this.limits.attempts ? route.pick(chosen, tried, this.repeated) : undefined;
    if (pick === undefined) {
      this.charge(chosen);
      route.unrouted++;
      return undefined;
    }
    const { upstream, revision } = pick;
    if (revision !== chosen && revision.id !== chosen.id) this.charge(chosen);
    tried.push(upstream);
    this.upstream = upstream;
    this.revision = revision;
    this.settled = false;
    upstream.inFlight++;
    revision.tally.inFlight++;
    return upstream;
  }

  /** The head of the answer is here. */
  answered(status: number): void {
    this.revision.tally.answeredAfter(performance.now() - this.beganAt);
    if (status >= 500) this.failure = 'status5xx';
  }

  /**
   * What follows from a fault: undefined, when the next instance is to be asked; else what to tell the client, and the
   * books are closed.
   * @param reason for the log; undefined where the router itself closed the connection.
   * @param repeatable idempotent and without a body, so that an instance may see it twice.
   */
  after(fault: Fault, reason: string | undefined, repeatable: boolean): Problem | undefined {
    if (fault === 'unconnected') {
      if (reason !== undefined) this.upstream?.markDown(reason);
      this.release();
      return undefined;
    }
    if (fault === 'late') return this.fail('timeout', LATE);
    if (repeatable && !this.answerBegan && !this.repeated) {
      this.repeated = true;
      this.release();
      return undefined;
    }
    return this.fail(this.upstream?.cut === true ? undefined : 'aborted', BROKEN);
  }

  fail(failure: FailureClass | undefined, problem: Problem): Problem {
    this.failure ??= failure;
    this.settle();
    return problem;
  }

  /** Once per request, when the instance is done with it. Not `counted`: the client left, which is nobody's failure. */
  settle(counted = true): void {
    if (this.settled) return;
    this.release();
    // The revision that was charged with this request has it in its books already.
    if (this.charged !== undefined && this.charged.id === this.revision.id) return;
    if (!counted && this.failure === undefined && !this.answerBegan) return;
    this.revision.tally.requests++;
    if (this.failure !== undefined) this.revision.tally.failures[this.failure]++;
  }

  /** The chosen revision could not take its request: the judge must see that, even though another one saved it. */
  private charge(revision: CompiledRevision): void {
    if (this.charged !== undefined) return;
    this.charged = revision;
    revision.tally.requests++;
    revision.tally.failures.connect++;
  }

  private release(): void {
    if (this.settled) return;
    this.settled = true;
    if (this.upstream !== undefined) this.upstream.inFlight--;
    this.revision.tally.inFlight--;
  }
}
