/** Counts by chance, for traces. */
import { normal, type Random } from '../../../src/domain/judge/random.ts';

export { binomial, normal, type Random, randomFrom } from '../../../src/domain/judge/random.ts';

/** By Knuth's product for small means, else a normal one, rounded. */
export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}
