/** Releases that are the same, with what happens to services that has nothing to do with a release. Whatever aborts them cries wolf. */
import { normal } from '../random.ts';
import { steady, trace, type Service } from '../traces.ts';
import { answering, around } from './latencies.ts';
import { at, both, fromNow, type Make } from './arms.ts';
import { clients } from './clients.ts';
import { fleet, nowAndThen } from './instances.ts';

export interface Wide {
  readonly name: string;
  readonly make: Make;
  /** The judge looks so often. */
  readonly tickSeconds: number;
  readonly seconds: number;
}
const HOUR = 3600;
const wide = (name: string, make: Make, tickSeconds = 10, seconds = HOUR): Wide => ({ name, make, tickSeconds, seconds });
const service = (parts: Partial<Service>): Make => (random, seconds) => [...trace({ ...steady, ...parts }, seconds, random)];
/** Up and down again, 0 to 1. */
const ramp = (second: number, from: number, to: number, over: number): number => Math.max(0, Math.min(1, (second - from) / over, (to - second) / over));

export const CLUSTERS: readonly Wide[] = [
  wide('bursts of 20 within a second', service({ burst: 20 }), 1),
  wide('bursts of 5 of 1 %', service({ burst: 5, failureRate: 0.01 })),
  wide('bursts of 20 of 1 %', service({ burst: 20, failureRate: 0.01 })),
  wide('bursts of 20 of 1 %, points of a minute', service({ burst: 20, failureRate: 0.01 }), 60),
  wide('bursts of 100', service({ burst: 100 })),
  wide('bursts of 20, 1 % canary', service({ burst: 20, share: () => 0.01 })),
  wide('clients fail 2 times, 1 s apart', clients({ failures: 2, apart: 1 })),
  wide('clients fail 5 times, 2 s apart', clients({ failures: 5, apart: 2 })),
  wide('clients fail 5 times, 2 s apart, a look a second', clients({ failures: 5, apart: 2 }), 1),
  wide('clients fail 5 times, 2 s apart, 1 %', clients({ failures: 5, apart: 2, failureRate: 0.01 })),
  wide('clients fail 5 times, 2 s apart, 0.01 %', clients({ failures: 5, apart: 2, failureRate: 0.0001 })),
  wide('clients fail 5 times, 2 s apart, 1 % canary', clients({ failures: 5, apart: 2, share: 0.01 })),
  wide('clients fail 5 times, 2 s apart, 50 % canary', clients({ failures: 5, apart: 2, share: 0.5 })),
  wide('clients fail 20 times, 0.1 s apart', clients({ failures: 20, apart: 0.1 }), 1),
  wide('clients fail 20 times, 3 s apart, 1 % canary', clients({ failures: 20, apart: 3, share: 0.01 })),
  wide('clients fail 30 times, 2 s apart', clients({ failures: 30, apart: 2 })),
  wide('clients fail 30 times, 2 s apart, a look a second', clients({ failures: 30, apart: 2 }), 1),
  wide('clients fail 30 times, 2 s apart, points of a minute', clients({ failures: 30, apart: 2 }), 60),
  wide('clients fail 50 times, 0.5 s apart, 1 %', clients({ failures: 50, apart: 0.5, failureRate: 0.01 })),
  wide('clients fail 10 times, 10 s apart', clients({ failures: 10, apart: 10 })),
  wide('clients fail 10 times, 10 s apart, 1 %', clients({ failures: 10, apart: 10, failureRate: 0.01 })),
  wide('clients fail 20 times, 30 s apart', clients({ failures: 20, apart: 30 })),
  wide('clients fail 50 times, 60 s apart', clients({ failures: 50, apart: 60 })),
  wide('clients fail 100 times, 5 s apart', clients({ failures: 100, apart: 5 })),
  wide('clients fail 300 times, 1 s apart', clients({ failures: 300, apart: 1 })),
];

export const INCIDENTS: readonly Wide[] = [
  wide('an incident on both that comes and goes slowly', at((second) => both(0.001 + 0.1 * ramp(second, 1200, 2400, 300)))),
  wide('a dependency flaps: both fail 10 s a minute', at((second) => both(second % 60 < 10 ? 0.05 : 0.0005))),
  wide('a dependency flaps, the canary feels it 3 s sooner', at((second) => ({ candidate: (second + 3) % 120 < 15 ? 0.1 : 0.0005, stable: second % 120 < 15 ? 0.1 : 0.0005 }))),
  wide('the same, a look a second', at((second) => ({ candidate: (second + 3) % 120 < 15 ? 0.1 : 0.0005, stable: second % 120 < 15 ? 0.1 : 0.0005 })), 1),
  wide('failures of an incident are asked again three times', fromNow((random) => { let storm = 0; return () => { storm = random() < 1 / 300 ? 20 : storm - 1; return storm > 0 ? { requests: 250, ...both(0.4) } : {}; }; })),
  wide('the rate doubles each quarter of an hour', at((second) => both(0.0005 * 2 ** (second / 900)))),
  wide('both have the same noise each 10 s', fromNow((random) => { let noise = 1; return (second) => { if (second % 10 === 0) noise = Math.exp(1.5 * normal(random)); return both(0.002 * noise); }; })),
  wide('each arm has noise of its own each 10 s', fromNow((random) => { let [one, other] = [1, 1]; return (second) => { if (second % 10 === 0) [one, other] = [Math.exp(normal(random)), Math.exp(normal(random))]; return { candidate: 0.002 * one, stable: 0.002 * other }; }; })),
  wide('each instance fails 30 % for 5 s a minute', fleet({ fails: nowAndThen(60, 5, 0.3) })),
  wide('each instance fails 30 % for 5 s a minute, a look a second', fleet({ fails: nowAndThen(60, 5, 0.3) }), 1),
  wide('each instance fails 30 % for 20 s in ten minutes', fleet({ fails: nowAndThen(600, 20, 0.3) })),
  wide('each of 3 and 27 instances fails 2 s a minute', fleet({ candidates: 3, stables: 27, fails: nowAndThen(60, 2, 1) })),
  wide('all of it fails on both', at(() => both(1))),
];

/** Once in the hour, on the canary's host alone. */
const once = (random: () => number, seconds: number, of: number): ((second: number) => number) => {
  const from = 60 + random() * 3000;
  return (second) => (second >= from && second < from + seconds ? of : 0.001);
};
export const BLIPS: readonly Wide[] = [
  wide("the canary's host is without a network for 3 s", fromNow((random) => { const now = once(random, 3, 1); return (second) => ({ candidate: now(second) }); }), 1),
  wide("the same, 1000 requests/s", fromNow((random) => { const now = once(random, 3, 1); return (second) => ({ requests: 1000, candidate: now(second) }); }), 1),
  wide('the same, 1000 requests/s, a look each 10 s', fromNow((random) => { const now = once(random, 3, 1); return (second) => ({ requests: 1000, candidate: now(second) }); })),
  wide('the same, 50 % canary of 1000 requests/s', fromNow((random) => { const now = once(random, 3, 1); return (second) => ({ requests: 1000, share: 0.5, candidate: now(second) }); }), 1),
  wide('one of three canary instances restarts for 10 s', fleet({ candidates: 3, stables: 27, fails: (random, instance) => (instance === 0 ? once(random, 10, 1) : () => 0.001) }), 1),
  wide('the only canary instance restarts for 4 s', fleet({ fails: (random, instance) => (instance === 0 ? once(random, 4, 1) : () => 0.001) }), 1),
];

export const ORDINARY: readonly Wide[] = [
  wide('2 requests/s, 1 %', at(() => ({ requests: 2, ...both(0.01) }))),
  wide('5 requests/s, 0.2 %', at(() => ({ requests: 5, ...both(0.002) }))),
  wide('1000 requests/s, 0.1 %', at(() => ({ requests: 1000 })), 1, 1800),
  wide('10 in a million', at(() => both(1e-5))),
  wide('no request for 400 s of each quarter of an hour', at((second) => ({ requests: second % 900 < 400 ? 0 : 100, ...both(0.002) }))),
  wide('1 % canary of 20 requests/s, 0.5 %', at(() => ({ requests: 20, share: 0.01, ...both(0.005) }))),
  wide('weights 1, 5, 25, 50 % with an incident', at((second) => ({ share: [0.01, 0.05, 0.25, 0.5][Math.floor(second / 900)]!, ...both(second > 1500 && second < 2100 ? 0.1 : 0.001) }))),
  wide('the weight jumps inside a look, with an incident', at((second) => ({ share: second < 1795 ? 0.1 : 0.9, ...both(second > 1795 && second < 2100 ? 0.3 : 0.001) }))),
  wide('the stable revision is the worse one', at(() => ({ stable: 0.005 }))),
];

export const SLOW_ALIKE: readonly Wide[] = [
  wide('a tenth of the answers takes 500 ms', answering((random) => () => (random() < 0.1 ? around(random, 500, 0.3) : around(random, 20, 0.3))), 10, 1800),
  wide('latencies in waves on both', answering((random) => (second) => around(random, 40 * (1 + 0.5 * Math.sin(second / 60)))), 10, 1800),
  wide('each instance stops for a second each 30 s', answering((random) => { const phases = Array.from({ length: 10 }, () => random() * 30); return (second, own) => around(random, 40) + ((second + phases[own ? 0 : 1 + Math.floor(random() * 9)]!) % 30 < 1 ? 300 : 0); }), 10, 1800),
  wide('each instance stops for 5 s each 5 min', answering((random) => { const phases = Array.from({ length: 10 }, () => random() * 300); return (second, own) => around(random, 40) + ((second + phases[own ? 0 : 1 + Math.floor(random() * 9)]!) % 300 < 5 ? 300 : 0); }), 10, 1800),
  wide('caches are cold for 20 s on the canary', answering((random) => (second, own) => around(random, own && second < 20 ? 200 : 40)), 5, 900),
  wide('latencies, 1 s looks', answering((random) => () => around(random, 40)), 1, 900),
  wide('latencies with a heavy tail', answering((random) => () => 20 / (1 - random()) ** 0.7), 10, 1800),
];
