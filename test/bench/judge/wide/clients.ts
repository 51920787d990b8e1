/** Failures that come from few clients: each is bound to one arm, fails so many times, and so far apart. */
import { binomial, poisson } from '../random.ts';
import { arm, type Make } from './arms.ts';

export interface Clients {
  readonly failures: number;
  /** Seconds between two of a client's failures, in the mean; each gap is from half of it to one and a half. */
  readonly apart: number;
  /** Of all requests. */
  readonly failureRate: number;
  readonly requests: number;
  readonly share: number;
  /** How many times as many such clients the candidate has, for its share. */
  readonly worse: number;
}

export const clients = (parts: Partial<Clients> & Pick<Clients, 'failures' | 'apart'>): Make => (random, seconds) => {
  const { failures, apart, failureRate, requests, share, worse } = { failureRate: 0.001, requests: 100, share: 0.1, worse: 1, ...parts };
  const [own, other] = [new Float64Array(seconds), new Float64Array(seconds)];
  const begin = (on: Float64Array, clientsASecond: number): void => {
    // From before the first second on, so that it is like any other.
    for (let second = -Math.ceil(failures * apart); second < seconds; second += 1) {
      for (let client = poisson(random, clientsASecond); client > 0; client -= 1) {
        let at = second + random();
        for (let failure = 0; failure < failures; failure += 1) {
          if (at >= 0 && at < seconds) on[Math.floor(at)]! += 1;
          at += apart * (0.5 + random());
        }
      }
    }
  };
  begin(own, (worse * share * requests * failureRate) / failures);
  begin(other, ((1 - share) * requests * failureRate) / failures);
  return Array.from({ length: seconds }, (_, second) => {
    const asked = poisson(random, requests);
    const onCandidate = binomial(random, asked, share);
    return { candidate: arm(Math.max(onCandidate, own[second]!), own[second]!), stable: arm(Math.max(asked - onCandidate, other[second]!), other[second]!) };
  });
};
