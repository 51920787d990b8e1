/** Random numbers from a seed: the same seed gives the same traces on every machine. */

export interface Random {
  /** 0 up to 1. */
  (): number;
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, passes gjrand's tests. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Counted by Knuth's product for small means, else a normal one, rounded: its error is under the noise from a mean of 60. */
export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How many of `trials` come true: by the gaps between successes where they are rare. */
export function binomial(random: Random, trials: number, chance: number): number {
  if (chance <= 0 || trials <= 0) return 0;
  if (chance >= 1) return trials;
  if (chance > 0.5) return trials - binomial(random, trials, 1 - chance);
  const log = Math.log1p(-chance);
  let count = 0;
  for (let at = Math.floor(Math.log(1 - random()) / log); at < trials; at += 1 + Math.floor(Math.log(1 - random()) / log)) count += 1;
  return count;
}
