/** A build's log: what its commands print, up to a cap, between lines that name the steps. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

export interface BuildLog {
  readonly path: string;
  /** A line of ours, always kept. */
  note(line: string): void;
  /** Output of a command; what goes over the cap is counted, not kept. */
  write(chunk: Buffer): void;
  close(): Promise<void>;
}

/**
 * Opens the log file anew. A full disk loses log lines, not the build: `close` does not throw, and packing will meet the full disk too.
 */
export function createBuildLog(path: string, bytesMax: number): BuildLog {
  const stream = createWriteStream(path, { flags: 'w', mode: 0o600 });
  let failed = false;
  let kept = 0;
  let dropped = 0;
  stream.on('error', () => (failed = true));
  const put = (data: Buffer | string) => {
    if (!failed) stream.write(data);
  };
  const note = (line: string) => put(`[slipway] ${line}\n`);
  return {
    path,
    note,
    write(chunk) {
      const room = Math.max(0, bytesMax - kept);
      if (dropped === 0 && chunk.length > room) note(`the log is truncated here: a build's output is kept up to ${bytesMax} bytes`);
      if (room > 0) put(chunk.subarray(0, room));
      kept += Math.min(room, chunk.length);
      dropped += Math.max(0, chunk.length - room);
    },
    async close() {
      if (dropped > 0) note(`${dropped} bytes of output were not kept`);
      if (failed) return;
      stream.end();
      await once(stream, 'close').catch(() => undefined);
    },
  };
}
