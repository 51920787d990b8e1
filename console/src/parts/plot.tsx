/** A plot over time. uPlot comes when the first one is shown; what it shows stands in words beside it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { exact } from '../text/time.ts';

export interface Curve {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly look: 'accent' | 'soft' | 'bad';
  /** A value holds until the next one. */
  readonly stepped?: boolean;
  readonly dashed?: boolean;
}

export interface PlotGiven {
  readonly title: string;
  /** The same in a sentence. */
  readonly summary: string;
  /** Seconds: since the epoch, or since a start. */
  readonly seconds: readonly number[];
  readonly isClock: boolean;
  readonly curves: readonly Curve[];
  readonly range: readonly [number, number];
  readonly valueText: (value: number) => string;
  readonly height?: number;
}

/** Seconds between two marks of the clock, from one second to thirty days. */
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000] as const;

/** Colours of the page as they are now; the canvas knows no variables. */
function coloursOf(element: Element): (name: string) => string {
  const probe = document.createElement('span');
  element.append(probe);
  return (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
}

/** Counts up when the colours change. */
function useColours(): number {
  const [count, change] = useState(0);
  useEffect(() => {
    const next = () => change((before) => before + 1);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    addEventListener('slipway:theme', next);
    dark.addEventListener('change', next);
    return () => { removeEventListener('slipway:theme', next); dark.removeEventListener('change', next); };
  }, []);
  return count;
}

export function Plot(given: PlotGiven) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = useRef(given);
  data.current = given;
  const colours = useColours();
  const names = given.curves.map(({ name }) => name).join('\n');
  useEffect(() => {
    let isGone = false;
    const observer = new ResizeObserver(([entry]) => { if (entry !== undefined && plot.current !== null) plot.current.setSize({ width: Math.floor(entry.contentRect.width), height: data.current.height ?? 150 }); });
    const draw = async (): Promise<void> => {
      const [{ default: UPlot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
      if (isGone || place.current === null) return;
      plot.current = new UPlot(optionsOf(UPlot, data, place.current), dataOf(data.current), place.current);
      observer.observe(place.current);
    };
    void draw();
    return () => { isGone = true; observer.disconnect(); plot.current?.destroy(); plot.current = null; if (place.current !== null) place.current.replaceChildren(); };
  }, [names, colours, given.isClock]);
  useEffect(() => { plot.current?.setData(dataOf(given)); }, [given]);
  return <figure class="plot"><figcaption><b>{given.title}</b> <span>{given.summary}</span></figcaption><div ref={place} aria-hidden="true" /></figure>;
}

const dataOf = ({ seconds, curves }: PlotGiven): uPlot.AlignedData => [[...seconds], ...curves.map(({ values }) => [...values])];

function optionsOf(UPlot: typeof uPlot, given: { readonly current: PlotGiven }, place: HTMLElement): uPlot.Options {
  const { isClock, curves, height = 150 } = given.current;
  const colour = coloursOf(place);
  const colourOf = { accent: colour('accent'), soft: colour('soft'), bad: colour('bad') };
  const axis = { stroke: colourOf.soft, grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  const textOf = (value: number | null | undefined) => (value == null ? '–' : given.current.valueText(value));
  return {
    width: Math.max(place.clientWidth, 200), height, cursor: { drag: { x: false, y: false } }, scales: { x: { time: isClock }, y: { range: () => [...given.current.range] } },
    axes: [{ ...axis, size: 26, space: 80, ...(isClock ? { incrs: [...CLOCK_STEPS] } : {}), values: (_self, splits) => splits.map((second) => (isClock ? exact(second * 1000).slice(11) : `${second} s`)) }, { ...axis, size: 58, values: (_self, splits) => splits.map(textOf) }],
    series: [{ label: isClock ? 'at' : 'after', value: (_self, second) => (second == null ? '–' : isClock ? exact(second * 1000).slice(11) : `${second.toFixed(1)} s`) }, ...curves.map(({ name, look, stepped = false, dashed = false }): uPlot.Series => ({
      label: name, stroke: colourOf[look], width: 2, points: { show: false }, value: (_self, value) => textOf(value), ...(dashed ? { dash: [6, 4] } : {}), ...(stepped && UPlot.paths.stepped !== undefined ? { paths: UPlot.paths.stepped({ align: 1 }) } : {}),
    }))],
  };
}
