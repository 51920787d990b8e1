/** The rows of the overview: all parts, one after the other, then only what changed. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, askAll } from '../api/client.ts';
import { onChanges } from '../api/live.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Row } from '../text/places.ts';

export interface Rows {
  readonly rows: readonly Row[];
  /** All parts are there. */
  readonly isWhole: boolean;
  readonly error: Error | undefined;
}

/** The first part is small, so that something is seen at once. */
const PART_ROWS = { first: 40, rest: 250 } as const;
const SETTLE_MS = 200;
/** More services than this at once, and the whole list is read again. */
const ONE_BY_ONE_MAX = 25;
const RETRY_MS = 3000;

/** Kept while other pages are looked at, so that coming back shows it at once. */
let known = new Map<string, Row>();

export function useOverviewRows(): Rows {
  const [seen, show] = useState<Rows>({ rows: [...known.values()], isWhole: known.size > 0, error: undefined });
  const changed = useRef(new Set<string>());
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (ms: number, all: boolean): void => { timer ??= setTimeout(() => { timer = undefined; void (all ? readAll() : readChanged()); }, ms); };
    const failed = (error: unknown): void => {
      if (controller.signal.aborted) return;
      show((before) => ({ ...before, error: error instanceof Error ? error : new Error(String(error)) }));
      if (error instanceof ApiProblem && error.mayPass) again(RETRY_MS, true);
    };
    const readAll = async (): Promise<void> => {
      const found = new Map<string, Row>();
      const isFirst = known.size === 0;
      changed.current.clear();
      try {
        await askAll('listOverview', {}, PART_ROWS, (rows, isLast) => {
          for (const row of rows) found.set(row.service, row);
          if (isLast) known = found;
          if (isFirst || isLast) show({ rows: [...found.values()], isWhole: isLast, error: undefined });
        }, controller.signal);
      } catch (error) {
        failed(error);
      }
    };
    const readChanged = async (): Promise<void> => {
      const names = [...changed.current];
      changed.current.clear();
      if (names.length > ONE_BY_ONE_MAX) return readAll();
      try {
        for (const [row] of await Promise.all(names.map(async (service) => (await ask('listOverview', { query: { service } }, { signal: controller.signal })).value))) if (row !== undefined) known.set(row.service, row);
        show((before) => ({ ...before, rows: [...known.values()], error: undefined }));
      } catch (error) {
        failed(error);
      }
      return undefined;
    };
    const stop = onChanges((changes) => {
      if (changes === null) return again(0, true);
      for (const { service } of changes) if (service !== null) changed.current.add(service);
      if (changed.current.size > 0) again(SETTLE_MS, false);
      return undefined;
    });
    void readAll();
    return () => { controller.abort(); clearTimeout(timer); stop(); };
  }, []);
  return seen;
}
