/** Sums of numbers that are kept as their logarithms, so that days of ticks neither overflow nor vanish. */

/** ln(sum of exp): around the largest, so that no term overflows. -Infinity for nothing. */
export function logSum(logs: readonly number[]): number {
  let largest = -Infinity;
  for (const log of logs) if (log > largest) largest = log;
  if (largest === -Infinity) return largest;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - largest);
  return largest + Math.log(sum);
}

/** The same of two numbers. */
export const logAdd = (one: number, other: number): number => (one > other ? one + Math.log1p(Math.exp(other - one)) : other + Math.log1p(Math.exp(one - other)));
