/** What EventBridge Scheduler is on AWS: calls again and again, never two at once of one schedule. */
import type { Platform } from './platform.ts';

export interface Schedule {
  readonly name: string;
  readonly everySeconds: number;
  readonly run: () => Promise<unknown>;
}

/** The first call comes after one period: at a start, recovery has looked already. */
export function startSchedules(schedules: readonly Schedule[], log: Platform['log']): { stop(): void } {
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;
  const arm = (schedule: Schedule): void => {
    if (stopped) return;
    timers.set(schedule.name, setTimeout(() => {
      schedule.run().catch((error: unknown) => log('warn', `the schedule failed and is tried again in ${schedule.everySeconds} s: ${error instanceof Error ? error.message : String(error)}`, { schedule: schedule.name })).finally(() => arm(schedule));
    }, schedule.everySeconds * 1000));
  };
  for (const schedule of schedules) arm(schedule);
  return {
    stop: () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
