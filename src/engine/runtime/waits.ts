/** Who waits for what: task tokens and nested executions, found by name. Rebuilt from the branches, never stored. */
import type { Branch } from '../state.ts';

export interface Place { readonly execution: number; readonly branch: string; readonly ticket: number }
/** The execution that a nested task waits for. */
export const childKey = (machine: string, name: string): string => `${machine}:${name}`;

export interface Waits {
  /** Takes note of how a branch has changed; undefined stands for not there. */
  note(execution: number, before: Branch | undefined, after: Branch | undefined): void;
  byToken(token: string): Place | undefined;
  watchersOf(child: string): readonly Place[];
}

export const createWaits = (): Waits => {
  const tokens = new Map<string, Place>();
  const watchers = new Map<string, Map<string, Place>>();
  const forget = (execution: number, { id, phase }: Branch): void => {
    if (phase.kind !== 'task') return;
    if (phase.token !== undefined) tokens.delete(phase.token);
    if (phase.request.kind === 'child') {
      const key = childKey(phase.request.machine, phase.request.name);
      const places = watchers.get(key);
      places?.delete(`${execution}:${id}`);
      if (places?.size === 0) watchers.delete(key);
    }
  };
  const learn = (execution: number, { id, ticket, phase }: Branch): void => {
    if (phase.kind !== 'task') return;
    const place = { execution, branch: id, ticket };
    if (phase.token !== undefined) tokens.set(phase.token, place);
    if (phase.request.kind === 'child') {
      const key = childKey(phase.request.machine, phase.request.name);
      const places = watchers.get(key) ?? new Map<string, Place>();
      watchers.set(key, places.set(`${execution}:${id}`, place));
    }
  };
  return {
    note: (execution, before, after) => {
      if (before === after) return;
      if (before !== undefined) forget(execution, before);
      if (after !== undefined) learn(execution, after);
    },
    byToken: (token) => tokens.get(token),
    watchersOf: (child) => [...(watchers.get(child)?.values() ?? [])],
  };
};
