/** The state machine files, with the functions and machines of this platform filled in. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineArn, substitute } from '../engine/index.ts';
import { NotFound } from '../domain/errors.ts';
import { MACHINES, type MachineName } from '../ports/orchestrator.ts';
import { HANDLERS } from './functions.ts';

/** `open-stage` -> `OpenStage`. */
const pascal = (name: string): string => name.split('-').map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');

/** `${PlanFunctionArn}` -> `slipway-plan`, `${CanaryMachineArn}` -> the machine's ARN. */
export const substitutions = (): Readonly<Record<string, string>> => Object.fromEntries([
  ...Object.keys(HANDLERS).filter((name) => !name.startsWith('slipway-target-')).map((name) => [`${pascal(name.slice('slipway-'.length))}FunctionArn`, name]),
  ...MACHINES.map((machine) => [`${pascal(machine)}MachineArn`, machineArn(machine)]),
]);

/** The folder with statemachines/: the package's root, from the sources as from the bundle. */
export function packageRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    try {
      if ((JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name === 'slipway') return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (folder === dirname(folder)) throw new NotFound(`No package.json of slipway above ${from}: the installation is incomplete. Install it again: npm install`);
  }
}

export function loadMachines(folder: string = join(packageRoot(), 'statemachines')): Readonly<Record<MachineName, { readonly definition: unknown }>> {
  const values = substitutions();
  return Object.fromEntries(MACHINES.map((machine) => [machine, { definition: substitute(readFileSync(join(folder, `${machine}.asl.json`), 'utf8'), values) }])) as Record<MachineName, { definition: unknown }>;
}
