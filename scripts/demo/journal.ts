/** What the execution histories of a pipeline say about a kill in its middle. */
import type { Executions } from './answers.ts';

type Events = Executions[number]['events'];

/** Executions whose events from before are not all still there, as they were. */
export function changedHistories(before: Executions, after: Executions): string[] {
  return before.flatMap((earlier) => {
    const now = after.find(({ machine, name }) => machine === earlier.machine && name === earlier.name);
    const kept = now !== undefined && JSON.stringify(now.events.slice(0, earlier.events.length)) === JSON.stringify(earlier.events);
    return kept ? [] : [earlier.name];
  });
}

/**
 * States that ran although they had ended: entered twice from the same event, ended twice, or with a task begun after the end. A state that
 * a loop comes by again is entered from another event each time.
 */
export function ranAgain(executions: Executions): string[] {
  return executions.flatMap(({ name, events }) => {
    const entries = entriesOf(events);
    const entered = events.filter(({ type }) => type.endsWith('StateEntered')).map(({ previousId, state }) => `${previousId} ${state}`);
    const ended = new Map<number, number>();
    const wrong = entered.filter((entry, index) => entered.indexOf(entry) !== index);
    for (const { id, type, state } of events) {
      const entry = entries.get(id);
      if (entry === undefined) continue;
      const task = /^Task(?!State)/.test(type);
      if (ended.has(entry) && (task || type.endsWith('StateExited'))) wrong.push(state ?? type);
      if (type.endsWith('StateExited')) ended.set(entry, id);
    }
    return wrong.map((state) => `${name}: ${state}`);
  });
}

/** For each event the entry of the state it belongs to. A Map or Parallel ends after its branches, which are states of their own: it has no such chain. */
function entriesOf(events: Events): Map<number, number> {
  const byId = new Map(events.map((event) => [event.id, event]));
  const entries = new Map<number, number>();
  for (const event of events) {
    if (/^(?:Map|Parallel)/.test(event.type) && !event.type.endsWith('StateEntered')) continue;
    if (event.type.endsWith('StateEntered')) entries.set(event.id, event.id);
    else {
      const previous = byId.get(event.previousId);
      const entry = previous === undefined ? undefined : entries.get(previous.id);
      if (entry !== undefined) entries.set(event.id, entry);
    }
  }
  return entries;
}

/** The states of the pipeline's own execution, however often each was entered; sorted, because branches take turns as they come. */
export const statesOf = (executions: Executions): string[] =>
  (executions.find(({ machine }) => machine === 'pipeline')?.events ?? []).filter(({ type }) => type.endsWith('StateEntered')).map(({ state }) => state ?? '').sort();

/** When the first event after this moment was written, in milliseconds since the epoch. */
export function firstAfter(executions: Executions, at: number): number | undefined {
  const later = executions.flatMap(({ events }) => events.map((event) => event.at)).filter((time) => time > at);
  return later.length === 0 ? undefined : Math.min(...later);
}
