/** The machines that a scenario runs: the real files, with nested machines replaced where the scenario says so. */
import { Machine } from '../../../src/engine/index.ts';
import { loadMachines } from '../../../src/main/machines.ts';
import { MACHINES, type MachineName } from '../../../src/ports/orchestrator.ts';
import type { Scenario } from './scenario.ts';

/** A machine that hands its input to a function and takes its answer, or its error, as its own. */
const standIn = (machine: MachineName): unknown => ({
  QueryLanguage: 'JSONata', StartAt: 'StandIn',
  States: {
    StandIn: {
      Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: `machine-${machine}`, Payload: '{% $states.input %}' },
      Output: '{% $states.result.Payload %}', End: true,
    },
  },
});

const files = loadMachines();

const textOf = (scenario: Scenario, machine: MachineName): string => {
  if (scenario.stubs?.includes(machine) === true) return JSON.stringify(standIn(machine));
  let text = JSON.stringify(files[machine].definition);
  for (const [old, fresh] of Object.entries(machine === scenario.machine ? scenario.edit ?? {} : {})) {
    if (!text.includes(old)) throw new Error(`The definition of ${machine} has no '${old}' that the scenario '${scenario.name}' could replace.`);
    text = text.replaceAll(old, fresh);
  }
  return text;
};

/** The scenario's machine, and those that it starts. */
export function definitionsOf(scenario: Scenario): Readonly<Record<string, { readonly definition: unknown }>> {
  const found = new Map<MachineName, string>();
  for (const left = [scenario.machine]; left.length > 0;) {
    const machine = left.pop()!;
    const text = found.get(machine) ?? textOf(scenario, machine);
    if (!found.has(machine)) left.push(...MACHINES.filter((one) => text.includes(`:stateMachine:${one}"`)));
    found.set(machine, text);
  }
  return Object.fromEntries([...found].map(([machine, text]) => [machine, { definition: JSON.parse(text) as unknown }]));
}

/** A machine as it is in its file, with its substitutions. */
export const fileOf = (machine: MachineName): Machine => Machine.parse(files[machine].definition);
