/** Where the states of a machine are drawn: in layers from the top, each under all that lead to it. Pure, and the same each time. */
import { spoken, type Graph, type State, type Way } from './graph.ts';

export interface Box {
  readonly state: State;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly inner: readonly Drawing[];
}

export interface Line {
  readonly way: Way;
  /** Points to go through, from the bottom of one box to the top of another. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Goes up again: a loop. */
  readonly isBack: boolean;
}

export interface Drawing {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

const BOX_HEIGHT = 32;
const LETTER_WIDTH = 7.2;
const PADDING = 14;
const TITLE_HEIGHT = 26;
const GAP_X = 22;
const GAP_Y = 30;
/** Lines back are drawn beside the boxes, one lane each. */
const LANE = 12;

interface Size { readonly width: number; readonly height: number; readonly inner: readonly Drawing[] }

export function layOut(graph: Graph): Drawing {
  const sizes = new Map(graph.states.map((state) => [state.name, sizeOf(state)]));
  const forward = withoutLoops(graph);
  const layers = ordered(layersOf(graph, forward), forward);
  const widths = layers.map((layer) => layer.reduce((sum, name) => sum + (sizes.get(name)?.width ?? 0) + GAP_X, -GAP_X));
  const inside = Math.max(0, ...widths);
  const backs = graph.ways.filter((way) => way.kind !== 'catch' && !forward.includes(way));
  const boxes = new Map<string, Box>();
  let y = PADDING;
  for (const [index, layer] of layers.entries()) {
    let x = PADDING + (inside - (widths[index] ?? 0)) / 2;
    const height = Math.max(...layer.map((name) => sizes.get(name)?.height ?? 0));
    for (const name of layer) {
      const [size, state] = [sizes.get(name), graph.states.find((one) => one.name === name)];
      if (size === undefined || state === undefined) continue;
      boxes.set(name, { state, x, y: y + (height - size.height) / 2, width: size.width, height: size.height, inner: size.inner });
      x += size.width + GAP_X;
    }
    y += height + GAP_Y;
  }
  const width = inside + 2 * PADDING + (backs.length === 0 ? 0 : (backs.length + 1) * LANE);
  const lines = graph.ways.flatMap((way) => lineOf(way, boxes, forward.includes(way) ? null : inside + 2 * PADDING + backs.indexOf(way) * LANE));
  return { x: 0, y: 0, width, height: Math.max(y - GAP_Y + PADDING, 0), boxes: [...boxes.values()], lines };
}

function sizeOf(state: State): Size {
  const own = Math.max(90, spoken(state.name).length * LETTER_WIDTH + 76);
  if (state.inner.length === 0) return { width: own, height: BOX_HEIGHT, inner: [] };
  let x = PADDING;
  const inner = state.inner.map((graph) => {
    const drawing = layOut(graph);
    const placed = { ...drawing, x, y: TITLE_HEIGHT };
    x += drawing.width + GAP_X / 2;
    return placed;
  });
  return { width: Math.max(own, x - GAP_X / 2 + PADDING), height: TITLE_HEIGHT + Math.max(...inner.map(({ height }) => height)) + PADDING, inner };
}

/** Ways that do not lead back to where one came from, walking from the start; errors are followed last, and so never push the way through aside. */
function withoutLoops({ start, states, ways }: Graph): Way[] {
  const kept: Way[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const walk = (name: string): void => {
    state.set(name, 'open');
    for (const way of ways.filter(({ from }) => from === name).sort((one, other) => Number(one.kind === 'catch') - Number(other.kind === 'catch'))) {
      if (state.get(way.to) === 'open') continue;
      kept.push(way);
      if (!state.has(way.to)) walk(way.to);
    }
    state.set(name, 'done');
  };
  for (const name of [start, ...states.map((one) => one.name)]) if (!state.has(name)) walk(name);
  return kept;
}

/** Each as far down as the longest way to it. */
function layersOf({ states }: Graph, forward: readonly Way[]): string[][] {
  const depth = new Map<string, number>();
  const deep = (name: string): number => {
    const known = depth.get(name);
    if (known !== undefined) return known;
    const before = forward.filter(({ to }) => to === name);
    const found = before.length === 0 ? 0 : Math.max(...before.map(({ from }) => deep(from))) + 1;
    depth.set(name, found);
    return found;
  };
  const layers: string[][] = [];
  for (const { name } of states) (layers[deep(name)] ??= []).push(name);
  return layers.filter((layer) => layer !== undefined);
}

const PASSES = 4;

/** Within a layer, each near the middle of those it is joined with: fewer lines cross. */
function ordered(layers: readonly string[][], forward: readonly Way[]): string[][] {
  const found = layers.map((layer) => [...layer]);
  const placeOf = (name: string): number => {
    for (const layer of found) {
      const at = layer.indexOf(name);
      if (at >= 0) return (at + 0.5) / layer.length;
    }
    return 0.5;
  };
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const layer of pass % 2 === 0 ? found : [...found].reverse()) {
      const middles = new Map(layer.map((name) => {
        const joined = forward.flatMap(({ from, to }) => (pass % 2 === 0 ? (to === name ? [from] : []) : from === name ? [to] : []));
        return [name, joined.length === 0 ? placeOf(name) : joined.reduce((sum, other) => sum + placeOf(other), 0) / joined.length];
      }));
      layer.sort((one, other) => (middles.get(one) ?? 0) - (middles.get(other) ?? 0));
    }
  }
  return found;
}

/** @param lane where a way back runs, in x; null: the way goes down */
function lineOf(way: Way, boxes: ReadonlyMap<string, Box>, lane: number | null): Line[] {
  const [from, to] = [boxes.get(way.from), boxes.get(way.to)];
  if (from === undefined || to === undefined) return [];
  const [fromX, toX] = [from.x + from.width / 2, to.x + to.width / 2];
  if (lane === null || to.y > from.y) return [{ way, isBack: false, points: around(boxes, [fromX, from.y + from.height], [toX, to.y]) }];
  const [fromY, toY] = [from.y + from.height / 2, to.y + to.height / 2];
  return [{ way, isBack: true, points: [[from.x + from.width, fromY], [lane, fromY], [lane, toY], [to.x + to.width, toY]] }];
}

type Point = readonly [x: number, y: number];

/** Straight down, or beside whatever stands between. */
function around(boxes: ReadonlyMap<string, Box>, from: Point, to: Point): readonly Point[] {
  const between = [...boxes.values()].filter(({ y, height }) => y >= from[1] && y + height <= to[1]);
  const at = (y: number): number => from[0] + ((to[0] - from[0]) * (y - from[1])) / (to[1] - from[1]);
  const inTheWay = between.filter(({ x, y, width, height }) => [y, y + height].some((edge) => at(edge) > x - LANE / 2 && at(edge) < x + width + LANE / 2));
  if (inTheWay.length === 0) return [from, to];
  const [left, right] = [Math.min(...inTheWay.map(({ x }) => x)) - LANE, Math.max(...inTheWay.map(({ x, width }) => x + width)) + LANE];
  // On the nearer side, unless that leaves the drawing.
  const side = left > 0 && (from[0] + to[0]) / 2 - left <= right - (from[0] + to[0]) / 2 ? left : right;
  return [from, [side, from[1] + GAP_Y / 2], [side, to[1] - GAP_Y / 2], to];
}
