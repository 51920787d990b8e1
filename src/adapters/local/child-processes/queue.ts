/** So many at a time, in the order they came. */
export interface Queue<T> {
  push(item: T): void;
  /** @returns whether it was still waiting */
  remove(item: T): boolean;
  /** Begins what there is room for; nothing begins before the first call, nor after `stop`. */
  open(): void;
  stop(): void;
}

/** @param run must not reject */
export function createQueue<T>(parallel: number, run: (item: T) => Promise<void>): Queue<T> {
  const waiting: T[] = [];
  let running = 0;
  const gate = { open: false };
  const pump = () => {
    while (gate.open && running < parallel && waiting.length > 0) {
      const [item] = waiting.splice(0, 1) as [T];
      running += 1;
      void run(item).finally(() => {
        running -= 1;
        pump();
      });
    }
  };
  return {
    push(item) {
      waiting.push(item);
      pump();
    },
    remove(item) {
      const at = waiting.indexOf(item);
      if (at !== -1) waiting.splice(at, 1);
      return at !== -1;
    },
    open() {
      gate.open = true;
      pump();
    },
    stop() {
      gate.open = false;
    },
  };
}
