/** Counts of one revision in one route since the router process began. */
import { LATENCY_BOUNDS_MS, type RevisionCounts } from '../contracts/router.ts';

export type FailureClass = keyof RevisionCounts['failures'];

export class RevisionTally {
  requests = 0;
  inFlight = 0;
  readonly failures: Record<FailureClass, number> = { status5xx: 0, connect: 0, timeout: 0, aborted: 0 };
  readonly latencyBuckets: number[] = Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, () => 0);

  /** Time from the request's arrival to the beginning of the answer. Requests without any answer have no latency. */
  answeredAfter(elapsedMs: number): void {
    // By halving: every request comes through here.
    let bucket = 0;
    for (let end = LATENCY_BOUNDS_MS.length; bucket < end;) {
      const middle = (bucket + end) >> 1;
      if (elapsedMs > (LATENCY_BOUNDS_MS[middle] as number)) bucket = middle + 1;
      else end = middle;
    }
    this.latencyBuckets[bucket] = (this.latencyBuckets[bucket] as number) + 1;
  }

  snapshot(): RevisionCounts {
    return { requests: this.requests, failures: { ...this.failures }, latencyBuckets: [...this.latencyBuckets], inFlight: this.inFlight };
  }
}
