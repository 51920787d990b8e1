/** What a file said when it was read last, for as long as it is the same file: asking the system for its times costs a fiftieth of reading it. */
import type { BigIntStats } from 'node:fs';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from './system-clock.ts';

/** A change as young as this may be followed by another one that leaves the same time: file systems count in steps. */
const SETTLED_AFTER_MS = 2000;

/** Changes with every write, rename, and change of mode or owner. */
const identityOf = (found: BigIntStats): string => `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;

export interface SettledFile<T> {
  /** What was kept of exactly this file; undefined for one that is missing, or that has changed since. */
  known(found: BigIntStats | undefined): T | undefined;
  /** @param found as it was before it was read */
  keep(found: BigIntStats, value: T): void;
}

/** @param clock the machine's, as the times of files are its times too */
export function createSettledFile<T>(clock: Clock = systemClock): SettledFile<T> {
  let last: { readonly of: string; readonly value: T } | undefined;
  return {
    known: (found) => (found !== undefined && last?.of === identityOf(found) ? last.value : undefined),
    keep: (found, value) => {
      const youngest = Math.max(Number(found.mtimeMs), Number(found.ctimeMs));
      last = Math.abs(clock.now() - youngest) > SETTLED_AFTER_MS ? { of: identityOf(found), value } : undefined;
    },
  };
}
