/** Stops reading a request where it is, with nothing of it in memory. */
import type { IncomingMessage } from 'node:http';

/**
 * A paused request still takes parts until its buffer is full, and those would grow old there: 64 KiB for each connection that waits or is
 * refused. So what has come is taken out once more, which tells the listeners of `data`, and then the connection itself is paused. Taking
 * something out lets the connection flow again, in a tick that was asked for before the one that pauses it: nothing is read between the two.
 */
export function halt(request: IncomingMessage): void {
  request.pause();
  setImmediate(() => {
    while (request.read() !== null);
    process.nextTick(() => {
      // Its turn has come meanwhile, or its end: the connection is for the next request then.
      if (request.isPaused() && !request.complete) request.socket.pause();
    });
  });
}

/** Reads on. The connection by itself, as the request believes that it flows. */
export function goOn(request: IncomingMessage): void {
  request.resume();
  request.socket.resume();
}
