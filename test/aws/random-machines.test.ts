/** Machines by chance do the same in the local engine and in the independent interpreter. Bounded and seeded: every run sees the same ones. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { validateMachines } from '../../src/engine/index.ts';
import type { Run } from './machines/history.ts';
import { randomMachine } from './machines/random-machine.ts';
import { startEmulated, type Emulated } from './machines/run-emulated.ts';
import { runLocally } from './machines/run-locally.ts';

const SEED = Number(process.env['SLIPWAY_RANDOM_SEED'] ?? 20_261_120);
const RUNS = Number(process.env['SLIPWAY_RANDOM_RUNS'] ?? 80);

let emulated: Emulated;
beforeAll(async () => { emulated = await startEmulated(); }, 300_000);
afterAll(async () => { await emulated?.close(); });

/** Branches beside one that failed stop where they happen to be. */
const settled = (run: Run): Run => ({ ...run, branches: Object.fromEntries(Object.entries(run.branches).filter(([branch]) => !/\.[1-9]/.test(branch))) });

it('the same states, inputs, outputs, variables, calls and ends', async () => {
  const ends: Record<string, number> = {};
  await fc.assert(fc.asyncProperty(fc.gen(), async (pick) => {
    const { machines, run } = randomMachine(pick);
    validateMachines(machines);
    const here = await runLocally(run, machines);
    const there = await emulated.run(run, machines);
    const [mine, its] = [settled(here.runs[0]!), settled(there.runs[0]!)];
    ends[mine.error ?? mine.status] = (ends[mine.error ?? mine.status] ?? 0) + 1;
    try {
      expect(its).toEqual(mine);
    } catch (different) {
      throw new Error(`${JSON.stringify({ definition: machines['pipeline']!.definition, input: run.input, answers: run.answers })}\n${different instanceof Error ? different.message : String(different)}`, { cause: different });
    }
  }), { seed: SEED, numRuns: RUNS, endOnFailure: true });
  // Machines that all fail at once, or never, would show little. A few by hand prove nothing either way.
  if (RUNS < 80) return;
  expect(ends['SUCCEEDED']).toBeGreaterThan(RUNS / 5);
  expect(ends['States.QueryEvaluationError']).toBeGreaterThan(0);
  expect(Object.keys(ends).length).toBeGreaterThan(4);
}, 900_000);
