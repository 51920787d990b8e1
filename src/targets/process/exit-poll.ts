/** The ends of processes that are not our children: there is no event, so they are looked at. */
import type { ProcessTable } from './process-table/index.ts';

export interface ExitPoll {
  /**
   * Resolves when the process has ended; not at all when the target closes before. Never rejects.
   * @param process without an identity it is whichever has this number at the first look, which is now
   */
  over(process: { readonly pid: number; readonly identity?: string }): Promise<void>;
  /** Stops looking. */
  close(): void;
}

interface Followed {
  readonly pid: number;
  identity: string | undefined;
  readonly over: () => void;
}

/** Looks at all of them every `everyMs`, from one timer. A look that fails says nothing: the process is taken to live. */
export function createExitPoll(table: Pick<ProcessTable, 'identity'>, everyMs: number): ExitPoll {
  const followed = new Set<Followed>();
  const lives = async (one: Followed): Promise<boolean> => {
    try {
      const now = await table.identity(one.pid);
      one.identity ??= now;
      return now !== undefined && now === one.identity;
    } catch {
      return true;
    }
  };
  let busy = false;
  const look = async () => {
    if (busy) return;
    busy = true;
    for (const one of followed) if (!(await lives(one)) && followed.delete(one)) one.over();
    busy = false;
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return {
    over: ({ pid, identity }) => new Promise((over) => {
      followed.add({ pid, identity, over });
      if (identity === undefined) void look();
    }),
    close: () => {
      followed.clear();
      clearInterval(timer);
    },
  };
}
