/** What the engine's journal says, read after its control plane has ended. */
import { DatabaseSync } from 'node:sqlite';

export interface JournalEvent {
  readonly execution: string;
  readonly id: number;
  readonly previous: number;
  readonly type: string;
  readonly state: string | null;
}

export interface JournalExecution {
  readonly name: string;
  readonly status: string;
  readonly events: readonly JournalEvent[];
}

export function readJournal(path: string): JournalExecution[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const history = database.prepare('SELECT id, previous, type, state FROM history WHERE execution = ? ORDER BY id');
    return database.prepare('SELECT id, machine, name, status FROM executions ORDER BY id').all().map((row) => {
      const name = `${String(row['machine'])}/${String(row['name'])}`;
      return { name, status: String(row['status']), events: history.all(Number(row['id'])).map((event) => ({ execution: name, id: Number(event['id']), previous: Number(event['previous']), type: String(event['type']), state: event['state'] === null ? null : String(event['state']) })) };
    });
  } finally {
    database.close();
  }
}

/** Only these go on in more than one branch. */
const FORKS = new Set(['MapStateStarted', 'ParallelStateStarted']);
const ENDS = new Set(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);
const TASK_ENDS = new Set(['TaskSucceeded', 'TaskFailed', 'TaskTimedOut', 'TaskSubmitFailed', 'TaskStartFailed']);

/**
 * What must never be in a journal, as sentences: an event that went on twice (a finished state that ran again), a number that is missing,
 * a state left twice, a task that ended twice or never in an execution that succeeded, an execution that is not over.
 */
export function faultsOf(journal: readonly JournalExecution[]): string[] {
  return journal.flatMap(({ name, status, events }) => [
    ...(ENDS.has(status) ? [] : [`${name} is ${status}`]),
    ...events.filter((event, index) => event.id !== index + 1).map((event) => `${name} has event ${event.id} out of order`),
    ...forked(name, events),
    ...unfinished(name, status, events),
  ]);
}

function forked(name: string, events: readonly JournalEvent[]): string[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const successors = new Map<number, JournalEvent[]>();
  for (const event of events) if (event.previous !== 0) successors.set(event.previous, [...(successors.get(event.previous) ?? []), event]);
  return [...successors].filter(([id, next]) => next.length > 1 && !FORKS.has(byId.get(id)?.type ?? '')).map(([id, next]) => `${name}: after ${id} (${byId.get(id)?.type ?? '?'} ${byId.get(id)?.state ?? ''}) came ${next.map((event) => `${event.id} ${event.type}`).join(' and ')}`);
}

function unfinished(name: string, status: string, events: readonly JournalEvent[]): string[] {
  if (status !== 'SUCCEEDED') return [];
  const count = (of: (event: JournalEvent) => boolean) => events.filter(of).length;
  const scheduled = count((event) => event.type === 'TaskScheduled');
  const ended = count((event) => TASK_ENDS.has(event.type));
  return ended > scheduled ? [`${name}: ${scheduled} tasks were scheduled, but ${ended} ended`] : [];
}
