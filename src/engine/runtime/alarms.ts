/** One timer for everything that waits: a heap of times, and what to do then. */

/** Timers as the engine needs them; tests hand in their own. */
export interface Timers {
  /** Calls back once after this many milliseconds, unless the answered function is called first. */
  after(delayMs: number, callback: () => void): () => void;
}

export const realTimers: Timers = {
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface Alarm { readonly due: number; readonly execution: number; readonly branch: string; readonly ticket: number }

/** Longest single sleep. The clock may jump, so it is read again at least this often. */
const SLEEP_MS_MAX = 15_000;
/** Stale alarms are swept when there may be this many more of them than of live ones. */
const STALE_MAX = 1024;

export interface Alarms {
  set(alarm: Alarm): void;
  /** Looks at the clock again. */
  wake(): void;
  /** Nothing rings until `release`, whatever its time. */
  hold(): void;
  release(): void;
  close(): void;
}

/**
 * @param ring called with each alarm whose time has come
 * @param isLive whether an alarm still means anything; stale ones are dropped
 */
export const createAlarms = (needs: { now: () => number; timers: Timers; ring: (alarm: Alarm) => void; isLive: (alarm: Alarm) => boolean }): Alarms => {
  let heap: Alarm[] = [];
  let sweepAt = STALE_MAX;
  let cancel: (() => void) | undefined;
  let armedFor = Infinity;
  let closed = false;
  let held = false;

  const sink = (start: number): void => {
    for (let at = start; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && heap[left]!.due < heap[least]!.due) least = left;
      if (right < heap.length && heap[right]!.due < heap[least]!.due) least = right;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  };
  const rise = (): void => {
    for (let at = heap.length - 1; at > 0; ) {
      const up = (at - 1) >> 1;
      if (heap[up]!.due <= heap[at]!.due) return;
      [heap[at], heap[up]] = [heap[up]!, heap[at]!];
      at = up;
    }
  };
  const pop = (): void => {
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    sink(0);
  };
  const arm = (): void => {
    const first = heap[0];
    if (closed || held || first === undefined || first.due >= armedFor) return;
    cancel?.();
    armedFor = first.due;
    cancel = needs.timers.after(Math.min(Math.max(first.due - needs.now(), 0), SLEEP_MS_MAX), wake);
  };
  const wake = (): void => {
    cancel?.();
    cancel = undefined;
    armedFor = Infinity;
    if (held) return;
    const now = needs.now();
    for (let first = heap[0]; first !== undefined && first.due <= now; first = heap[0]) {
      pop();
      if (needs.isLive(first)) needs.ring(first);
    }
    arm();
  };
  const sweep = (): void => {
    heap = heap.filter(needs.isLive);
    for (let at = (heap.length >> 1) - 1; at >= 0; at -= 1) sink(at);
    sweepAt = 2 * heap.length + STALE_MAX;
  };
  return {
    set: (alarm) => {
      heap.push(alarm);
      rise();
      if (heap.length > sweepAt) sweep();
      arm();
    },
    wake,
    hold: () => { held = true; cancel?.(); cancel = undefined; armedFor = Infinity; },
    release: () => { held = false; arm(); },
    close: () => { closed = true; cancel?.(); heap = []; },
  };
};
