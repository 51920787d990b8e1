/** Runs drift.ts by itself, as its figures need a process that does nothing else, and reads what it prints. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Bench, median, withSpread } from './figures.ts';

const run = promisify(execFile);
const RUNS = 5;
const GOAL_MS = 50;

interface Population {
  readonly name: string;
  readonly medianMs: number;
}

function parse(text: string): Population[] {
  const found = [...text.matchAll(/^ {2}(.+?) +median +([\d.]+) ms/gm)].map(([, name = '', ms]) => ({ name, medianMs: Number(ms) }));
  if (found.length === 0) throw new Error(`drift.ts printed no figures: ${text}`);
  return found;
}

export const driftBench: Bench = async ({ quick }) => {
  const runs: Population[][] = [];
  for (let index = 0; index < (quick ? 1 : RUNS); index += 1) {
    const { stdout } = await run(process.execPath, ['--conditions=slipway-local', fileURLToPath(new URL('drift.ts', import.meta.url))]);
    runs.push(parse(stdout));
  }
  const names = runs[0]?.map(({ name }) => name) ?? [];
  return {
    rows: names.map((name) => {
      const times = runs.flatMap((list) => list.filter((population) => population.name === name).map(({ medianMs }) => medianMs));
      return { what: `drift decided for 10,000 services, ${name}`, ours: withSpread(median(times), times, 'ms'), peer: '', figure: median(times), goal: { kind: 'at most', value: GOAL_MS, unit: ' ms' }, runs: `${times.length} of 51 rounds` };
    }),
  };
};
