/** A pipeline's execution history with that of its nested executions, as the console of Step Functions would show them. */
import type { PipelineId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { MACHINES, type HistoryEvent, type MachineName } from '../ports/orchestrator.ts';

export interface ExecutionView {
  readonly machine: string;
  readonly name: string;
  readonly status: string;
  readonly startedAt: number;
  readonly stoppedAt: number | null;
  /** Where the platform's own console shows it; null where it has none. */
  readonly url: string | null;
  readonly events: readonly HistoryEvent[];
}

/** As many as Step Functions gives at once. */
const PAGE_EVENTS = 1000;

/** The pipeline's own execution first, then nested ones in the order they were started. */
export const executionHistory = (needs: Pick<Ports, 'orchestrator'>) => async (id: PipelineId): Promise<readonly ExecutionView[]> => {
  const found: ExecutionView[] = [];
  await follow(needs, 'pipeline', id, found);
  return found;
};

async function follow(needs: Pick<Ports, 'orchestrator'>, machine: MachineName, name: string, found: ExecutionView[]): Promise<void> {
  const execution = await needs.orchestrator.describe(machine, name);
  if (execution === undefined) return;
  const events = await allEvents(needs, machine, name);
  found.push({ machine, name, status: execution.status, startedAt: execution.startedAt, stoppedAt: execution.stoppedAt ?? null, url: needs.orchestrator.consoleUrl?.(machine, name) ?? null, events });
  for (const event of events) {
    const child = startedBy(event);
    if (child !== undefined) await follow(needs, child.machine, child.name, found);
  }
}

async function allEvents(needs: Pick<Ports, 'orchestrator'>, machine: MachineName, name: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for (;;) {
    const last = events.at(-1);
    const page = await needs.orchestrator.history(machine, name, { limit: PAGE_EVENTS, ...(last === undefined ? {} : { after: last.id }) });
    events.push(...page);
    if (page.length < PAGE_EVENTS) return events;
  }
}

/** The execution a task has started: named in the parameters of its TaskScheduled event. */
export function startedBy(event: HistoryEvent): { machine: MachineName; name: string } | undefined {
  if (event.type !== 'TaskScheduled') return undefined;
  const parameters = (event.detail as { parameters?: { StateMachineArn?: unknown; Name?: unknown } } | undefined)?.parameters;
  const arn = typeof parameters?.StateMachineArn === 'string' ? parameters.StateMachineArn : '';
  const machine = MACHINES.find((known) => arn === known || arn.endsWith(`:${known}`) || arn.endsWith(`-${known}`));
  return machine === undefined || typeof parameters?.Name !== 'string' ? undefined : { machine, name: parameters.Name };
}
