/** Families of metrics in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */

/** One line for each sample: its labels in braces, or nothing, and its value. */
export function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly (readonly [string, number])[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(([labels, value]) => `${name}${labels} ${value}`)];
}

export interface Histogram {
  readonly bounds: readonly number[];
  /** How many values are at most each bound. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
  readonly add: (value: number) => void;
}

export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = bounds.map(() => 0);
  let [sum, count] = [0, 0];
  return {
    bounds, counts,
    get sum() { return sum; },
    get count() { return count; },
    add: (value) => {
      for (const [index, bound] of bounds.entries()) if (value <= bound) counts[index] = (counts[index] ?? 0) + 1;
      sum += value;
      count += 1;
    },
  };
}

/** @param histograms by their labels, without braces */
export function histogramLines(name: string, help: string, histograms: ReadonlyMap<string, Histogram>): string[] {
  return [
    `# HELP ${name} ${help}`, `# TYPE ${name} histogram`,
    ...[...histograms].flatMap(([labels, { bounds, counts, sum, count }]) => [
      ...bounds.map((bound, index) => `${name}_bucket{${labels},le="${bound}"} ${counts[index] ?? 0}`),
      `${name}_bucket{${labels},le="+Inf"} ${count}`, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`,
    ]),
  ];
}
