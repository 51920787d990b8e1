/** Waits for starts to end: whoever waits is told by the event, and does not look again and again. */
import type { ServiceRef } from '../../contracts/target.ts';
import type { RevisionId } from '../../domain/ids.ts';
import { type Fleet, type Instance, keyOf } from './fleet.ts';

export interface StartWaits {
  /** Answers when no instance of these revisions is starting here, and after `withinMs` in any case. */
  over(ref: ServiceRef, revisions: readonly RevisionId[], withinMs: number): Promise<void>;
  /** An instance of this place has changed: called after every change that a start can end with. */
  changed(ref: ServiceRef): void;
}

interface Wait {
  readonly revisions: readonly RevisionId[];
  readonly end: () => void;
}

const isStarting = ({ record: { state } }: Instance): boolean => state.phase === 'intended' || (state.phase === 'running' && state.health === 'starting');

/** @param closing ends all waits */
export function createStartWaits(fleet: Pick<Fleet, 'of'>, closing: AbortSignal): StartWaits {
  const waiting = new Map<string, Set<Wait>>();
  const anyStarting = (ref: ServiceRef, revisions: readonly RevisionId[]): boolean => fleet.of(ref).some((instance) => revisions.includes(instance.record.spec.revision) && isStarting(instance));
  closing.addEventListener('abort', () => {
    for (const wait of [...waiting.values()].flatMap((waits) => [...waits])) wait.end();
  });
  return {
    over: async (ref, revisions, withinMs) => {
      if (closing.aborted || !anyStarting(ref, revisions)) return;
      const key = keyOf(ref);
      const others = waiting.get(key) ?? new Set<Wait>();
      waiting.set(key, others);
      await new Promise<void>((resolve) => {
        const wait: Wait = { revisions, end: () => {
          clearTimeout(timer);
          others.delete(wait);
          if (others.size === 0 && waiting.get(key) === others) waiting.delete(key);
          resolve();
        } };
        const timer = setTimeout(wait.end, withinMs);
        others.add(wait);
      });
    },
    changed: (ref) => {
      for (const wait of waiting.get(keyOf(ref)) ?? []) if (!anyStarting(ref, wait.revisions)) wait.end();
    },
  };
}
