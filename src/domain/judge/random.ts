/** Random numbers from a seed, for resampling: the same seed gives the same answer on every machine. */

/** 0 up to 1. */
export type Random = () => number;

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state. Not for secrets. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many of `trials` come true: by the gaps between successes, so that its work is that of the rarer outcome; a normal one where that is much. */
export function binomial(random: Random, trials: number, chance: number): number {
  if (chance <= 0 || trials <= 0) return 0;
  if (chance >= 1) return trials;
  if (chance > 0.5) return trials - binomial(random, trials, 1 - chance);
  const mean = trials * chance;
  if (mean > 1000) return Math.min(trials, Math.max(0, Math.round(mean + Math.sqrt(mean * (1 - chance)) * normal(random))));
  const log = Math.log1p(-chance);
  let count = 0;
  for (let at = Math.floor(Math.log(1 - random()) / log); at < trials; at += 1 + Math.floor(Math.log(1 - random()) / log)) count += 1;
  return count;
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
