/**
 * Every scenario of test/aws/machines in the local engine: it goes through what the golden file says, and together the scenarios go
 * through every state, Choice rule, Catcher and Retrier. `npm run test:aws` runs the same ones in an independent interpreter.
 */
import { afterAll, describe, expect, it } from '@jest/globals';
import { MACHINES } from '../../../src/ports/orchestrator.ts';
import { ambiguous, reached, wanted } from '../../aws/machines/coverage.ts';
import { definitionsOf, fileOf } from '../../aws/machines/definitions.ts';
import { golden, story, writeGolden } from '../../aws/machines/golden.ts';
import type { Run } from '../../aws/machines/history.ts';
import { SCENARIOS } from '../../aws/machines/index.ts';
import { runLocally } from '../../aws/machines/run-locally.ts';

const writing = process.env['SLIPWAY_WRITE_GOLDEN'] === 'yes';
if (writing && process.env['CI'] !== undefined) throw new Error('Golden files are not written in CI.');
const runs: Run[] = [];

describe.each(MACHINES)('%s', (machine) => {
  const stories = new Map<string, string>();
  afterAll(() => {
    if (writing) writeGolden(machine, SCENARIOS[machine].map(({ name }) => stories.get(name)!));
  });

  it('has scenarios with different names', () => {
    const names = SCENARIOS[machine].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    if (!writing) expect([...golden(machine).keys()].sort()).toEqual(names.sort());
  });

  it.each(SCENARIOS[machine].map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
    const ran = await runLocally(scenario, definitionsOf(scenario));
    const told = story(name, ran.runs);
    stories.set(name, told);
    runs.push(...ran.runs.filter((run) => run.branches['']?.[0]?.state !== 'StandIn'));
    if (!writing) expect(told.trimEnd()).toBe(golden(machine).get(name)?.trimEnd());
  });
});

describe('together', () => {
  it.each(MACHINES)('they go through all of %s', (machine) => {
    const definition = fileOf(machine);
    expect(ambiguous(definition)).toEqual([]);
    const seen = reached(definition, runs.filter((run) => run.machine === machine));
    expect(wanted(definition).length).toBeGreaterThan(3);
    expect(wanted(definition).filter((one) => !seen.has(one))).toEqual([]);
  });
});
