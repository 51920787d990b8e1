/** How fast long bodies are read, all together: a sender that is not known yet gets no more of the processor than that. */
import type { IncomingMessage } from 'node:http';
import { goOn, halt } from './halt.ts';

const BYTES_PER_SECOND = 16 * 1024 * 1024;
const TICK_MS = 10;
const TICK_BYTES = (BYTES_PER_SECOND * TICK_MS) / 1000;
/** A read of a socket brings as many at most: https://docs.libuv.org/en/v1.x/stream.html#c.uv_alloc_cb suggests this size, and Node's parser has a buffer of it. */
const READ_BYTES_MAX = 64 * 1024;

export interface Pace {
  /** Counts what was read, and lets the request wait for its turn when that was as much as there is time for. */
  spend(request: IncomingMessage, bytes: number): void;
  /** It is read no more. */
  leave(request: IncomingMessage): void;
}

export function createPace(): Pace {
  const waiting = new Set<IncomingMessage>();
  let left = TICK_BYTES;
  let timer: NodeJS.Timeout | undefined;
  const tick = (): void => {
    left = Math.min(TICK_BYTES, left + TICK_BYTES);
    let room = left;
    for (const request of waiting) {
      if (room <= 0) return;
      room -= READ_BYTES_MAX;
      waiting.delete(request);
      goOn(request);
    }
    if (waiting.size > 0 || left < TICK_BYTES) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    spend: (request, bytes) => {
      left -= bytes;
      timer ??= setInterval(tick, TICK_MS).unref();
      if (left > 0 && waiting.size === 0) return;
      if (waiting.has(request)) return;
      waiting.add(request);
      halt(request);
    },
    leave: (request) => void waiting.delete(request),
  };
}
