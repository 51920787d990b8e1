/** How far the executions of a pipeline are, state by state: their histories, summed up. */
import type { ExecutionProgress } from '../contracts/api/deployments.ts';
import { NotFound } from '../domain/errors.ts';
import type { PipelineId } from '../domain/ids.ts';
import type { MachineName } from '../domain/machines.ts';
import type { Ports } from '../ports/index.ts';
import type { HistoryEvent } from '../ports/orchestrator.ts';
import { executionHistory, startedBy, type ExecutionView } from './execution-history.ts';

type States = ExecutionProgress['states'];

export const executionProgress = (needs: Pick<Ports, 'orchestrator'>) => async (id: PipelineId): Promise<readonly ExecutionProgress[]> => {
  const executions = await executionHistory(needs)(id);
  const parents = parentsOf(executions);
  return executions.map(({ machine, name, status, startedAt, stoppedAt, url, events }) => ({ machine, name, status, startedAt, stoppedAt, url, startedBy: parents.get(name) ?? null, states: statesOf(events) }));
};

/** The machine of one execution of the pipeline, as it was when that began. @throws NotFound for one of another pipeline */
export const executionDefinition = (needs: Pick<Ports, 'orchestrator'>) => async (id: PipelineId, machine: MachineName, name: string): Promise<unknown> => {
  const isOwn = name === id || name.startsWith(`${id}-`);
  const definition = isOwn ? await needs.orchestrator.definition(machine, name) : undefined;
  if (definition === undefined) throw new NotFound(`${id} has no execution of ${machine} named "${name}". Its executions: GET /v1/pipelines/${id}/progress`);
  return definition;
};

/** Entered and exited, by state; iterations of a Map and branches of a Parallel are counted together. */
export function statesOf(events: readonly HistoryEvent[]): States {
  const states: States = {};
  const stateAt = new Map<number, string>();
  for (const { id, previousId, at, type, state } of events) {
    const inherited = state ?? stateAt.get(previousId);
    if (inherited !== undefined) stateAt.set(id, inherited);
    if (state !== undefined && type.endsWith('StateEntered')) {
      const known = states[state];
      states[state] = { entered: (known?.entered ?? 0) + 1, exited: known?.exited ?? 0, failed: known?.failed ?? 0, enteredAt: at, exitedAt: known?.exitedAt ?? null };
    }
    const entered = inherited === undefined ? undefined : states[inherited];
    if (entered === undefined || inherited === undefined) continue;
    if (type.endsWith('StateExited')) states[inherited] = { ...entered, exited: entered.exited + 1, exitedAt: at };
    // A timeout or failure of what the state has called; whether it is tried again, the next events say.
    else if (/^(?:Task|Map|Parallel|LambdaFunction|MapIteration)(?:StartFailed|SubmitFailed|Failed|TimedOut|Aborted)$/.test(type)) states[inherited] = { ...entered, failed: entered.failed + 1 };
  }
  return states;
}

function parentsOf(executions: readonly ExecutionView[]): Map<string, { name: string; state: string | null }> {
  const parents = new Map<string, { name: string; state: string | null }>();
  for (const { name, events } of executions) {
    let state: string | null = null;
    for (const event of events) {
      if (event.state !== undefined) state = event.state;
      const child = startedBy(event);
      if (child !== undefined) parents.set(child.name, { name, state: event.state ?? enteredBefore(events, event) ?? state });
    }
  }
  return parents;
}

/** The state whose events lead to this one: branches of a Parallel are mixed in a history. */
function enteredBefore(events: readonly HistoryEvent[], event: HistoryEvent): string | undefined {
  const byId = new Map(events.map((one) => [one.id, one]));
  for (let at: HistoryEvent | undefined = event; at !== undefined; at = byId.get(at.previousId)) if (at.state !== undefined) return at.state;
  return undefined;
}
