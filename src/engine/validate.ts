/** Refuses, before anything runs, what this engine or Step Functions would not run as written. */
import { InvalidInput } from '../domain/errors.ts';
import { Machine } from './asl.ts';
import { checkGraph } from './validate/graph.ts';
import { issueText, type Issue, type Report } from './validate/issues.ts';
import { schemaIssues } from './validate/schema-issues.ts';
import { checkTasks } from './validate/tasks.ts';
import { checkVariables } from './validate/variables.ts';

const ISSUES_SHOWN_MAX = 20;

export interface Surroundings {
  /** The functions that tasks may invoke, as FunctionName gives them. Not checked where it is left out. */
  readonly functions?: readonly string[];
}

/** Every mistake in a set of machines; none when they can run. */
export const machineIssues = (machines: Readonly<Record<string, { readonly definition: unknown }>>, { functions }: Surroundings = {}): Issue[] =>
  Object.entries(machines).flatMap(([machine, { definition }]) => {
    const parsed = Machine.safeParse(definition);
    if (!parsed.success) return schemaIssues(machine, definition, parsed.error);
    const issues: Issue[] = [];
    const report: Report = (issue) => { issues.push({ machine, ...issue }); };
    checkGraph(parsed.data, report);
    checkTasks(parsed.data, { machines: Object.keys(machines), functions }, report);
    checkVariables(parsed.data, report);
    return issues;
  });

/** @throws InvalidInput that names machine, state, field and what is allowed for each mistake; evidence.issues has them all */
export const validateMachines = (machines: Readonly<Record<string, { readonly definition: unknown }>>, surroundings: Surroundings = {}): void => {
  const issues = machineIssues(machines, surroundings);
  if (issues.length === 0) return;
  const shown = issues.slice(0, ISSUES_SHOWN_MAX).map(issueText);
  const more = issues.length > shown.length ? [`... and ${issues.length - shown.length} more`] : [];
  throw new InvalidInput(`The state machines can't run as they are:\n${[...shown, ...more].join('\n')}`, { issues });
};
