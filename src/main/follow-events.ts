/** What the table's stream, its function and the queues are on AWS: runs each subscriber's function soon after something changed. */
import type { Relayed } from '../app/relay.ts';
import type { Platform } from './platform.ts';

/** Changes come in bursts: what comes in this time is told together. */
const SETTLE_MS = 100;

export interface FollowEventsNeeds {
  /** The subscribers by name. */
  readonly subscribers: readonly string[];
  /** One run of a subscriber's relay. */
  readonly run: (subscriber: string) => Promise<Relayed>;
  readonly log: Platform['log'];
}

export interface FollowedEvents {
  /** Something changed. Costs nothing: the runs come later, and never two of a subscriber at once. */
  happened(): void;
  stop(): void;
}

export function followEvents({ subscribers, run, log }: FollowEventsNeeds): FollowedEvents {
  const loops = subscribers.map((name) => createLoop(() => run(name).then((relayed) => tell(name, relayed, log), (error: unknown) => {
    log('warn', `the relay failed and is tried again: ${error instanceof Error ? error.message : String(error)}`, { subscriber: name });
    return undefined;
  })));
  return { happened: () => { for (const loop of loops) loop.arm(SETTLE_MS); }, stop: () => { for (const loop of loops) loop.stop(); } };
}

function tell(subscriber: string, relayed: Relayed, log: Platform['log']): Relayed {
  if (relayed.kind === 'refused') log('warn', `${subscriber} did not take what changed: ${relayed.reason}`, { subscriber, error: relayed.error, attempts: relayed.attempts });
  return relayed;
}

/** One run at a time; what is asked for during a run follows it. */
function createLoop(run: () => Promise<Relayed | undefined>): { arm(delayMs: number): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isAsked = false;
  let stopped = false;
  const arm = (delayMs: number): void => {
    isAsked = true;
    if (stopped || isRunning) return;
    timer ??= setTimeout(() => void turn(), delayMs);
  };
  const turn = async () => {
    timer = undefined;
    [isRunning, isAsked] = [true, false];
    const relayed = await run();
    isRunning = false;
    if (relayed?.kind === 'told' && relayed.more) arm(0);
    else if (isAsked) arm(SETTLE_MS);
  };
  return {
    arm,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
