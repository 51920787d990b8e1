/** The two pieces of statistics that the ratio judge needs. */

/**
 * P(X >= successes) for X ~ Binomial(trials, p): exact, summed from the term at `successes` upwards (or from the one below it
 * downwards, where the upper sum is the larger), each from the one before it.
 *
 * @param successes 0 to trials; @param p 0 to 1
 */
export function binomialTail(successes: number, trials: number, p: number): number {
  if (successes <= 0) return 1;
  if (successes > trials || p <= 0) return 0;
  if (p >= 1) return 1;
  const odds = p / (1 - p);
  if (successes > trials * p) return Math.min(1, sumTerms(successes, trials, p, (k) => (odds * (trials - k)) / (k + 1), 1));
  return Math.max(0, 1 - sumTerms(successes - 1, trials, p, (k) => k / (odds * (trials - k + 1)), -1));
}

/** Terms from `from` in one direction, away from the mode, until they no longer count. */
function sumTerms(from: number, trials: number, p: number, ratio: (k: number) => number, step: 1 | -1): number {
  let term = Math.exp(logChoose(trials, from) + from * Math.log(p) + (trials - from) * Math.log1p(-p));
  let sum = 0;
  for (let k = from; k >= 0 && k <= trials && term > sum * 1e-17; k += step) {
    sum += term;
    term *= ratio(k);
  }
  return sum;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** ln n!: summed for small n, else by Stirling's series, whose error after three terms is under 1/(1680 n^7). */
function logFactorial(n: number): number {
  if (n < 32) {
    let sum = 0;
    for (let k = 2; k <= n; k += 1) sum += Math.log(k);
    return sum;
  }
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
}

/** The upper end of Wilson's score interval (Wilson 1927): a rate that the true one is under, at 95 % on this side with z = 1.645. */
export function wilsonUpper(successes: number, trials: number, z = 1.645): number {
  if (trials === 0) return 1;
  const rate = successes / trials;
  const zz = (z * z) / trials;
  // Never under the rate itself, which rounding could do at a rate of 1.
  return Math.min(1, Math.max(rate, (rate + zz / 2 + z * Math.sqrt((rate * (1 - rate)) / trials + zz / (4 * trials))) / (1 + zz)));
}
