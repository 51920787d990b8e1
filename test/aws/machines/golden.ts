/** Golden files: what each scenario goes through, by branch, as text that a person can read and a diff can show. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MachineName } from '../../../src/ports/orchestrator.ts';
import type { Run, Step } from './history.ts';

const line = ({ what, state, detail }: Step): string | undefined => {
  const { output, error } = detail as { output?: unknown; error?: string };
  switch (what) {
    case 'entered': return `> ${state}`;
    case 'exited': return `< ${state}${JSON.stringify(output) === '{}' ? '' : ` ${JSON.stringify(output)}`}`;
    case 'failed': case 'timed out': return `! ${state} ${error}`;
    case 'scheduled': case 'submitted': case 'succeeded': return undefined;
  }
};

const ended = ({ status, output, error, cause }: Run): string =>
  status === 'SUCCEEDED' ? `${status} ${JSON.stringify(output)}` : [status, ...(error === undefined ? [] : [error]), ...(cause === undefined ? [] : [JSON.stringify(cause)])].join(' ');

/** One scenario. Stand-ins of nested machines and executions that were stopped are left out. */
export const story = (scenario: string, runs: readonly Run[]): string => [
  `## ${scenario}`,
  ...runs.filter((run) => run.status !== 'ABORTED' && run.status !== 'RUNNING' && run.branches['']?.[0]?.state !== 'StandIn').toSorted((a, b) => (`${a.machine} ${a.execution}` < `${b.machine} ${b.execution}` ? -1 : 1)).flatMap((run) => [
    `${run.machine} ${run.execution}: ${ended(run)}`,
    ...Object.entries(run.branches).toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([branch, steps]) => [...(branch === '' ? [] : [`  ${branch}:`]), ...steps.map(line).filter((one) => one !== undefined).map((one) => `  ${branch === '' ? '' : '  '}${one}`)]),
  ]),
  '',
].join('\n');

const pathOf = (machine: MachineName): string => fileURLToPath(new URL(`golden/${machine}.txt`, import.meta.url));
const HEAD = '# Written by test/unit/statemachines/scenarios.test.ts with SLIPWAY_WRITE_GOLDEN=yes: > entered, < exited with its output, ! a task failed.\n\n';

/** The stories of a machine as they are kept, by scenario. */
export function golden(machine: MachineName): ReadonlyMap<string, string> {
  const text = readFileSync(pathOf(machine), 'utf8');
  return new Map(text.slice(HEAD.length).split(/^(?=## )/m).map((one) => [one.slice(3, one.indexOf('\n')), one]));
}

export const writeGolden = (machine: MachineName, stories: readonly string[]): void => writeFileSync(pathOf(machine), HEAD + stories.join('\n'));
