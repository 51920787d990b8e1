/** What `GET /metrics` says of each figure, in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
import { FIGURE_HELP } from './figure-help.ts';
import { FIGURES, LOCAL_FIGURES, type Figure, type FigureName } from './figures.ts';
import { createHistogram, family, histogramLines, type Histogram } from './prometheus-text.ts';

/** Of one figure. What comes beyond them is counted as `other`: an error's name may be anything. */
const SERIES_MAX = 200;
/** A hold takes hours, a call milliseconds. */
const SECONDS_BOUNDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86_400] as const;
const MS_PER_SECOND = 1000;

export interface FigureSeries {
  readonly measure: (figure: Figure) => void;
  readonly lines: () => string[];
}

export function createFigureSeries(): FigureSeries {
  const counts = new Map<FigureName, Map<string, number>>();
  const histograms = new Map<FigureName, Map<string, Histogram>>();
  return {
    measure: (figure) => {
      const local = LOCAL_FIGURES.find(([name]) => name === figure.name)?.[1];
      if (local?.type === 'counter') {
        const series = within(counts, figure.name);
        const key = keyIn(series, figure);
        series.set(key, (series.get(key) ?? 0) + figure.value);
      } else if (local?.type === 'histogram') {
        const series = within(histograms, figure.name);
        const key = keyIn(series, figure);
        const one = series.get(key) ?? createHistogram(SECONDS_BOUNDS);
        series.set(key, one);
        one.add(FIGURES[figure.name].unit === 'Milliseconds' ? figure.value / MS_PER_SECOND : figure.value);
      }
    },
    lines: () => LOCAL_FIGURES.flatMap(([name, local]) => (local.type === 'counter'
      ? family(local.name, 'counter', FIGURE_HELP[name], [...(counts.get(name) ?? [])].map(([labels, value]) => [`{${labels}}`, value]))
      : histogramLines(local.name, FIGURE_HELP[name], histograms.get(name) ?? new Map()))),
  };
}

function within<V>(all: Map<FigureName, Map<string, V>>, name: FigureName): Map<string, V> {
  const found = all.get(name) ?? new Map<string, V>();
  all.set(name, found);
  return found;
}

function keyIn(series: ReadonlyMap<string, unknown>, figure: Figure): string {
  const given: Readonly<Record<string, unknown>> = figure;
  const labels = (valueOf: (dimension: string) => string) => FIGURES[figure.name].dimensions.map((dimension) => `${dimension}="${valueOf(dimension)}"`).join(',');
  const key = labels((dimension) => String(given[dimension]).replace(/[^\w .:-]/g, '_'));
  return series.has(key) || series.size < SERIES_MAX ? key : labels(() => 'other');
}
