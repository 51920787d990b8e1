/**
 * Traffic of a service with a canary, second by second, as counts. The judge and its tests see nothing of this module but what it
 * makes; it knows nothing of them. Every fault that a trace has is a field here.
 */
import { binomial, normal, poisson, type Random } from './random.ts';

export interface Service {
  /** Requests a second, at the middle of the day; they swing by 30 % over a day, from a random hour on. */
  readonly requestsPerSecond: number;
  /** The canary's part, by the second. */
  readonly share: (second: number) => number;
  /** The chance that a request fails on the stable revision. */
  readonly failureRate: number;
  /** How many times that on the candidate, by the second. */
  readonly failsTimes: (second: number) => number;
  /** Failures that both arms have for a while: an incident elsewhere. */
  readonly incident: { readonly from: number; readonly to: number; readonly failureRate: number } | null;
  /** Failures come so many at once, on one arm: one broken client, with its retries. The rate is the same. */
  readonly burst: number;
  /** Failures of this class alone are worse on the candidate; null: all of the class 5xx. */
  readonly candidateOnly: { readonly failureClass: string; readonly rate: number } | null;
  /** The median latency in ms and the width of its log-normal; null: no latency is counted. */
  readonly latency: { readonly medianMs: number; readonly sigma: number; readonly candidateTimes: (second: number) => number } | null;
}

export const steady: Service = {
  requestsPerSecond: 100, share: () => 0.1, failureRate: 0.001, failsTimes: () => 1, incident: null, burst: 1, candidateOnly: null, latency: null,
};

export interface ArmSecond {
  readonly requests: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly latencyBuckets: readonly number[];
}
export interface Second {
  readonly candidate: ArmSecond;
  readonly stable: ArmSecond;
}

export const failed = ({ failures }: ArmSecond): number => {
  let sum = 0;
  for (const name in failures) sum += failures[name] ?? 0;
  return sum;
};

/** 1 ms to 10 s in steps of a tenth of a decade. */
export const BOUNDS_MS = [1, 10, 100, 1000].flatMap((decade) => [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8].map((bound) => Math.round(bound * decade * 100) / 100)).concat(10_000);

export function* trace(service: Service, seconds: number, random: Random): Generator<Second> {
  const hour = random() * 86_400;
  for (let second = 0; second < seconds; second += 1) {
    const load = service.requestsPerSecond * (1 + 0.3 * Math.sin((2 * Math.PI * (hour + second)) / 86_400));
    const requests = poisson(random, load);
    const onCandidate = binomial(random, requests, service.share(second));
    yield { candidate: arm(service, second, onCandidate, true, random), stable: arm(service, second, requests - onCandidate, false, random) };
  }
}

function arm(service: Service, second: number, requests: number, isCandidate: boolean, random: Random): ArmSecond {
  const { incident, burst, candidateOnly } = service;
  const shared = incident !== null && second >= incident.from && second < incident.to ? incident.failureRate : 0;
  const rate = Math.min(1, service.failureRate * (isCandidate ? service.failsTimes(second) : 1) + shared);
  const status5xx = burst === 1 ? binomial(random, requests, rate) : Math.min(requests, burst * poisson(random, (requests * rate) / burst));
  const special = isCandidate && candidateOnly !== null ? Math.min(requests - status5xx, binomial(random, requests, candidateOnly.rate)) : 0;
  return { requests, failures: { status5xx, connect: 0, timeout: 0, ...(candidateOnly === null ? {} : { [candidateOnly.failureClass]: special }) }, latencyBuckets: latencies(service, second, requests, isCandidate, random) };
}

function latencies({ latency }: Service, second: number, requests: number, isCandidate: boolean, random: Random): number[] {
  if (latency === null) return [];
  const buckets = BOUNDS_MS.map(() => 0).concat(0);
  for (let request = 0; request < requests; request += 1) {
    const ms = latency.medianMs * (isCandidate ? latency.candidateTimes(second) : 1) * Math.exp(latency.sigma * normal(random));
    const found = BOUNDS_MS.findIndex((bound) => ms <= bound);
    const bucket = found === -1 ? BOUNDS_MS.length : found;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return buckets;
}

/** Several seconds as one point, which is what a source with a coarser clock gives. */
export function* points(seconds: Iterable<Second>, length: number): Generator<Second> {
  let sum: Second | null = null;
  let count = 0;
  for (const second of seconds) {
    sum = sum === null ? second : { candidate: added(sum.candidate, second.candidate), stable: added(sum.stable, second.stable) };
    count += 1;
    if (count === length) {
      yield sum;
      [sum, count] = [null, 0];
    }
  }
}

function added(one: ArmSecond, other: ArmSecond): ArmSecond {
  const failures = { ...one.failures };
  for (const name in other.failures) failures[name] = (failures[name] ?? 0) + (other.failures[name] ?? 0);
  return {
    requests: one.requests + other.requests, failures,
    latencyBuckets: one.latencyBuckets.map((count, index) => count + (other.latencyBuckets[index] ?? 0)),
  };
}
