/** Releases that are worse in ways other than a steady ratio. */
import { normal } from '../random.ts';
import { answering, around } from './latencies.ts';
import { at, fromNow, type Make } from './arms.ts';
import { clients } from './clients.ts';
import { fleet } from './instances.ts';
import type { Wide } from './same.ts';

const HOUR = 3600;
const worse = (name: string, make: Make, more: Partial<Wide> = {}): Wide => ({ name, make, tickSeconds: 10, seconds: HOUR, ...more });
const incident = (second: number): number => (second >= 300 && second < 900 ? 0.05 : 0);

export const WORSE_FAILURES: readonly Wide[] = [
  worse('grows from 1x to 10x in an hour', at((second) => ({ candidate: 0.001 * (1 + (9 * second) / 3600) }))),
  worse('5x after 40 minutes', at((second) => ({ candidate: second < 2400 ? 0.001 : 0.005 }))),
  worse('5 % for 10 s of each minute', at((second) => ({ candidate: second % 60 < 10 ? 0.05 : 0.001 }))),
  worse('30 % for 2 s of each minute', at((second) => ({ candidate: second % 60 < 2 ? 0.3 : 0.001 }))),
  worse('one of three instances fails 5 %', fleet({ candidates: 3, stables: 27, fails: (_random, instance) => () => (instance === 0 ? 0.05 : 0.001) })),
  worse('0.5 %, and the stable revision never fails', at(() => ({ candidate: 0.005, stable: 0 }))),
  worse('0.1 %, and the stable revision never fails', at(() => ({ candidate: 0.001, stable: 0 }))),
  worse('5 % of 20 requests/s on the canary, the stable revision never fails', at(() => ({ requests: 200, candidate: 0.05, stable: 0 })), { tickSeconds: 1 }),
  worse('all of it fails, 1000 requests/s', at(() => ({ requests: 1000, candidate: 1 })), { tickSeconds: 1, seconds: 600 }),
  worse('all of it fails, 100 requests/s', at(() => ({ candidate: 1 })), { tickSeconds: 1, seconds: 600 }),
  worse('all of it fails, 10 requests/s', at(() => ({ requests: 10, candidate: 1 })), { tickSeconds: 1, seconds: 600 }),
  worse('all of it fails from minute 20 on, 100 requests/s', at((second) => ({ candidate: second < 1200 ? 0.001 : 1 })), { tickSeconds: 1, seconds: 1800 }),
  worse('half of it fails, 100 requests/s', at(() => ({ candidate: 0.5 })), { tickSeconds: 1, seconds: 600 }),
  worse('1 % canary of 20 requests/s, all of it fails', at(() => ({ requests: 20, share: 0.01, candidate: 1 }))),
  worse('1 % canary of 20 requests/s, 20x of 0.5 %', at(() => ({ requests: 20, share: 0.01, candidate: 0.1, stable: 0.005 }))),
  worse('5 requests/s, 5x of 2 %', at(() => ({ requests: 5, candidate: 0.1, stable: 0.02 }))),
  worse('1000 requests/s, 3x of 0.1 %', at(() => ({ requests: 1000, candidate: 0.003 })), { tickSeconds: 1, seconds: 1800 }),
  worse('an incident on both, then 5x', at((second) => ({ candidate: (second < 1200 ? 0.001 : 0.005) + incident(second), stable: 0.001 + incident(second) }))),
  worse('the stable revision breaks for ten minutes, then 5x', at((second) => ({ candidate: second < 1200 ? 0.001 : 0.005, stable: 0.001 + incident(second) }))),
  worse('all of the stable revision fails for 30 s, then 5x', at((second) => ({ candidate: second < 1200 ? 0.001 : 0.005, stable: second >= 600 && second < 630 ? 1 : 0.001 }))),
  worse('all of the stable revision fails for 30 s, then 50x', at((second) => ({ candidate: second < 1200 ? 0.001 : 0.05, stable: second >= 600 && second < 630 ? 1 : 0.001 }))),
  worse('no request for 400 s of each quarter of an hour, 5x', at((second) => ({ requests: second % 900 < 400 ? 0 : 100, candidate: 0.005 }))),
  worse('weights 1, 5, 25, 50 %, 5x', at((second) => ({ share: [0.01, 0.05, 0.25, 0.5][Math.floor(second / 900)]!, candidate: 0.005 }))),
  worse('5x under noise of each arm each 10 s', fromNow((random) => { let [one, other] = [1, 1]; return (second) => { if (second % 10 === 0) [one, other] = [Math.exp(normal(random)), Math.exp(normal(random))]; return { candidate: 0.01 * one, stable: 0.002 * other }; }; })),
  worse('5x as many clients that fail 5 times, 2 s apart', clients({ failures: 5, apart: 2, worse: 5 })),
  worse('10x as many clients that fail 10 times, 10 s apart', clients({ failures: 10, apart: 10, worse: 10 })),
];

export const WORSE_LATENCY: readonly Wide[] = [
  worse('5 % of the answers take ten times as long', answering((random) => (_second, own) => around(random, 40) * (own && random() < 0.05 ? 10 : 1)), { seconds: 1800 }),
  worse('1 % of the answers takes 2 s', answering((random) => (_second, own) => (own && random() < 0.01 ? 2000 : around(random, 40))), { seconds: 1800 }),
  worse('0.3 % of the answers takes 2 s', answering((random) => (_second, own) => (own && random() < 0.003 ? 2000 : around(random, 40))), { seconds: HOUR }),
  worse('the slowest 2 % take three times as long', answering((random) => (_second, own) => { const ms = around(random, 40); return own && ms > 112 ? 3 * ms : ms; }), { seconds: 1800 }),
  worse('the slowest 1 % take twice as long', answering((random) => (_second, own) => { const ms = around(random, 40); return own && ms > 128 ? 2 * ms : ms; }), { seconds: HOUR }),
  worse('3 % slower each minute', answering((random) => (second, own) => around(random, 40) * (own ? 1 + (0.03 * second) / 60 : 1)), { seconds: 1800 }),
  worse('slower by half, 10 requests/s', answering((random) => (_second, own) => around(random, own ? 60 : 40), 10), { seconds: HOUR }),
];
