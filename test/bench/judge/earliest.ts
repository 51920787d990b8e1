/**
 * How early any test can be whose data come in points: it knows both rates beforehand, looks once, and is the most powerful one of its
 * level (Neyman, Pearson 1933). One that stops at its first points with a chance of at most alpha for a good release finds a worse one at
 * them no oftener than this.
 */

/** The chance of finding `worse` where `usual` bad events are expected, at the level alpha, with the boundary case decided by lot. */
export function greatestPower(usual: number, worse: number, alpha: number): number {
  const [chances, found] = [poissonFrom(usual), poissonFrom(worse)];
  let [level, power, count] = [1, 1, 0];
  // The rejected counts are all from `count` on; one count is left out after the other until the level is kept.
  while (level > alpha) {
    const [here, there] = [chances(count), found(count)];
    if (level - here <= alpha) return power - there + there * ((alpha - (level - here)) / here);
    [level, power, count] = [level - here, power - there, count + 1];
  }
  return power;
}

function poissonFrom(mean: number): (count: number) => number {
  return (count) => {
    let log = -mean + count * Math.log(mean);
    for (let k = 2; k <= count; k += 1) log -= Math.log(k);
    return Math.exp(log);
  };
}

/** Points until half of all runs can be found. */
export function earliestPoints({ requestsAPoint, rate, times, alpha }: { readonly requestsAPoint: number; readonly rate: number; readonly times: number; readonly alpha: number }): number {
  for (let points = 1; points < 1000; points += 1) {
    if (greatestPower(points * requestsAPoint * rate, points * requestsAPoint * Math.min(1, rate * times), alpha) >= 0.5) return points;
  }
  return Infinity;
}
