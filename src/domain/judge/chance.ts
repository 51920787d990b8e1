/** The pieces of statistics that the judge needs for one arm. */

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

/**
 * Wilson's score interval (Wilson 1927) of a rate: both ends, at 95 % with z = 1.96. It is for one look; the verdict does not rest on it.
 */
export function wilson(bad: number, total: number, z = 1.96): { readonly low: number; readonly high: number } {
  if (total === 0) return { low: 0, high: 1 };
  const rate = bad / total;
  const zz = (z * z) / total;
  const middle = rate + zz / 2;
  const half = z * Math.sqrt((rate * (1 - rate)) / total + zz / (4 * total));
  // Never beyond the rate itself, which rounding could do at a rate of 0 or 1.
  return { low: Math.max(0, Math.min(rate, (middle - half) / (1 + zz))), high: Math.min(1, Math.max(rate, (middle + half) / (1 + zz))) };
}

/** The highest rate at which so few bad events still have a chance of `doubt` (Clopper, Pearson 1934). */
export function highestRate(bad: number, total: number, doubt: number): number {
  return bad >= total ? 1 : crossing((rate) => 1 - binomialTail(bad + 1, total, rate) > doubt);
}

/** The lowest rate at which so many still have that chance. */
export function lowestRate(bad: number, total: number, doubt: number): number {
  return bad === 0 ? 0 : crossing((rate) => binomialTail(bad, total, rate) < doubt);
}

/** Where a condition that holds at low rates ends to hold, by halving. */
function crossing(holds: (rate: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let halvings = 0; halvings < 50; halvings += 1) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return high;
}
