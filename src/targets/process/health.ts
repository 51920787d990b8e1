/** Health over time: quick looks while an instance starts, then one at each interval. */
import type { HealthCheck } from '../../domain/manifest.ts';
import { knock, probe, REFUSED } from './probe.ts';

/**
 * A knock costs 0.04 ms of processor time here. With one look in `START_DELAY_MS` for each instance that is starting, the looks together
 * take about 2 % of a core however many start at once.
 */
const START_DELAY_MS = 2;
/** After this the start is a slow one, and looks become rarer. */
const QUICK_START_MS = 1000;
const START_DELAY_GROWTH = 1.15;
const START_DELAY_MAX_MS = 250;

export type Health = 'starting' | 'healthy' | 'unhealthy';

export interface HealthWatch {
  readonly port: number;
  readonly check: HealthCheck;
  readonly from: Health;
  /** Milliseconds the instance has already had to start. */
  readonly spentMs: number;
  /** Called at each change, with the reason when it is not healthy. */
  readonly onChange: (health: 'healthy' | 'unhealthy', why: string | null) => void;
}

/** Checks until the returned function is called. */
export type WatchHealth = (watch: HealthWatch) => () => void;

/** What one answer after another means. Only `failures` in a row change healthy to unhealthy. */
function createJudge({ check, from, onChange }: HealthWatch, startedAt: number) {
  let health = from;
  let failures = 0;
  return {
    starting: () => health === 'starting',
    judge: (why: string | undefined) => {
      failures = why === undefined ? 0 : failures + 1;
      if (why === undefined && health !== 'healthy') onChange((health = 'healthy'), null);
      else if (health === 'healthy' && failures >= check.failures) onChange((health = 'unhealthy'), `Its health check ${why}, ${failures} times in a row.`);
      else if (health === 'starting' && performance.now() - startedAt > check.startWithin * 1000) {
        onChange((health = 'unhealthy'), `It was not healthy within ${check.startWithin} s of its start: its health check ${why}.`);
      }
    },
  };
}

/** An instance that is not healthy after `startWithin` is unhealthy, and may still recover. */
export function createHealthWatch(): WatchHealth {
  const starting = new Set<symbol>();
  return (watch) => {
    const { port, check, spentMs } = watch;
    const startedAt = performance.now() - spentMs;
    const { judge, starting: isStarting } = createJudge(watch, startedAt);
    const self = Symbol('watch');
    let delayMs = 0;
    let timer: NodeJS.Timeout | undefined;
    let over = false;
    const ask = async (): Promise<string | undefined> => {
      if (!isStarting()) return await probe(port, check.path, check.timeout * 1000);
      const socket = await knock(port);
      return socket === undefined ? REFUSED : await probe(port, check.path, check.timeout * 1000, socket);
    };
    const turn = async () => {
      const why = await ask();
      if (over) return;
      judge(why);
      // The listener may have ended the watch.
      if (!over) next();
    };
    const waitMs = (): number => {
      if (!isStarting()) return check.interval * 1000;
      const quick = performance.now() - startedAt < QUICK_START_MS;
      delayMs = quick ? START_DELAY_MS * starting.size : delayMs * START_DELAY_GROWTH;
      return (delayMs = Math.min(START_DELAY_MAX_MS, Math.max(START_DELAY_MS, delayMs)));
    };
    const next = () => {
      if (isStarting()) starting.add(self);
      else starting.delete(self);
      timer = setTimeout(() => void turn(), waitMs()).unref();
    };
    next();
    return () => {
      over = true;
      starting.delete(self);
      clearTimeout(timer);
    };
  };
}
