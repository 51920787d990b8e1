/**
 * The machines mean the same elsewhere: every scenario runs in the emulator's own Step Functions interpreter and in the local engine, on
 * the same inputs and answers, and both go through the same states with the same inputs, outputs, variables, calls, errors and ends.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MACHINES } from '../../src/ports/orchestrator.ts';
import { reached, wanted } from './machines/coverage.ts';
import { definitionsOf, fileOf } from './machines/definitions.ts';
import { golden, story } from './machines/golden.ts';
import type { Run } from './machines/history.ts';
import { SCENARIOS } from './machines/index.ts';
import { startEmulated, type Emulated } from './machines/run-emulated.ts';
import { runLocally } from './machines/run-locally.ts';

let emulated: Emulated;
beforeAll(async () => { emulated = await startEmulated(); }, 300_000);
afterAll(async () => { await emulated?.close(); });

/** What was stopped because a sibling failed ends where it happened to be, in either. */
const toItsEnd = (runs: readonly Run[]): Run[] => runs.filter(({ status }) => status !== 'ABORTED' && status !== 'RUNNING').toSorted((a, b) => (`${a.machine} ${a.execution}` < `${b.machine} ${b.execution}` ? -1 : 1));

const seen: Run[] = [];

describe.each(MACHINES)('%s', (machine) => {
  it.each(SCENARIOS[machine].map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
    const there = await emulated.run(scenario, definitionsOf(scenario));
    seen.push(...there.runs);
    const here = await runLocally(scenario, definitionsOf(scenario));
    expect(toItsEnd(there.runs)).toEqual(toItsEnd(here.runs));
    expect(story(name, there.runs).trimEnd()).toBe(golden(machine).get(name)?.trimEnd());
  }, 180_000);
});

describe('together, in the interpreter', () => {
  it.each(MACHINES)('they go through all of %s', (machine) => {
    const definition = fileOf(machine);
    const went = reached(definition, seen.filter((run) => run.machine === machine && run.branches['']?.[0]?.state !== 'StandIn'));
    expect(wanted(definition).filter((one) => !went.has(one))).toEqual([]);
  });
});
