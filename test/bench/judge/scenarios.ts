/** What is judged: releases that are the same, and releases that are worse. */
import { type Service, steady } from './traces.ts';

export interface Scenario {
  readonly name: string;
  readonly service: Service;
}

const latency = { medianMs: 40, sigma: 0.5, candidateTimes: () => 1 };
const MINUTE = 60;

/** Nothing is wrong with the candidate: whatever aborts it cries wolf. */
export const SAME: readonly Scenario[] = [
  { name: '0.1 % errors', service: steady },
  { name: '0.9 % errors', service: { ...steady, failureRate: 0.009 } },
  { name: 'an incident on both arms', service: { ...steady, incident: { from: 20 * MINUTE, to: 30 * MINUTE, failureRate: 0.05 } } },
  { name: 'bursts of 5', service: { ...steady, burst: 5 } },
  { name: 'bursts of 20', service: { ...steady, burst: 20 } },
  { name: 'weights 10, 50, 90 %', service: { ...steady, share: (second) => [0.1, 0.5, 0.9][Math.floor(second / (20 * MINUTE))] ?? 0.9 } },
];
export const SAME_LATENCY: Scenario = { name: 'latency too, 15 min', service: { ...steady, latency } };

const worse = (times: number): Scenario => ({ name: `${times}x of 0.1 %`, service: { ...steady, failsTimes: () => times } });

/** From 3x on they have to be found in the hour; from 5x on early, too. */
export const WORSE: readonly (Scenario & { readonly early: boolean })[] = [
  { ...worse(3), early: false },
  { ...worse(5), early: true },
  { ...worse(10), early: true },
  { ...worse(50), early: true },
  { name: 'all of it fails', early: true, service: { ...steady, failsTimes: () => 1000 } },
  { name: '5x of 0.9 %', early: true, service: { ...steady, failureRate: 0.009, failsTimes: () => 5 } },
  { name: '10x in bursts of 5', early: false, service: { ...steady, burst: 5, failsTimes: () => 10 } },
  { name: '5x after 20 min', early: false, service: { ...steady, failsTimes: (second) => (second < 20 * MINUTE ? 1 : 5) } },
  { name: 'timeouts, 0.3 %, under 0.9 %', early: false, service: { ...steady, failureRate: 0.009, candidateOnly: { failureClass: 'timeout', rate: 0.003 } } },
];
export const SLOW: readonly Scenario[] = [
  { name: 'slower by half', service: { ...steady, latency: { ...latency, candidateTimes: () => 1.5 } } },
  { name: 'twice as slow', service: { ...steady, latency: { ...latency, candidateTimes: () => 2 } } },
];

export const WALD: readonly { readonly times: number; readonly rate: number; readonly tickSeconds: number }[] = [
  { times: 1.5, rate: 0.001, tickSeconds: 5 }, { times: 2, rate: 0.001, tickSeconds: 5 }, { times: 3, rate: 0.001, tickSeconds: 1 }, { times: 5, rate: 0.001, tickSeconds: 1 },
];
