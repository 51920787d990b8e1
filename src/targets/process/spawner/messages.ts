/** What a target and its spawner say to each other, a JSON document a line. */
import * as z from 'zod';

/** Variables and arguments of one process: Linux takes 2 MB of them (ARG_MAX), JSON may double it. */
export const LINE_BYTES_MAX = 4 * 1024 * 1024;

const Id = z.int().nonnegative();

export const SpawnRequest = z.strictObject({
  id: Id,
  /** In milliseconds of the system's monotonic clock, which both sides read; nothing is started later than that. */
  notAfterMs: z.number(),
  start: z.strictObject({ command: z.array(z.string()).min(1).readonly(), artifact: z.string(), directory: z.string(), environment: z.record(z.string(), z.string()).readonly() }),
});
export type SpawnRequest = z.infer<typeof SpawnRequest>;

/** Each request has one `started`, `failed` or `late`; after `started` one `ended` follows. */
export const SpawnReport = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('started'), id: Id, pid: z.int().positive() }),
  z.strictObject({ kind: z.literal('failed'), id: Id, why: z.string(), isFinal: z.boolean() }),
  z.strictObject({ kind: z.literal('late'), id: Id }),
  z.strictObject({ kind: z.literal('ended'), id: Id, how: z.string() }),
]);
export type SpawnReport = z.infer<typeof SpawnReport>;

export const lineOf = (message: SpawnRequest | SpawnReport): string => `${JSON.stringify(message)}\n`;

/** Milliseconds of the clock that is the same for all processes of a machine and never jumps. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

/**
 * Takes the lines out of what arrives.
 * @returns called with each piece; false once a line is longer than `LINE_BYTES_MAX`: then nothing of it can be used any more
 */
export function lines(onLine: (line: string) => void): (piece: string) => boolean {
  let rest = '';
  return (piece) => {
    const found = (rest + piece).split('\n');
    rest = found.pop() ?? '';
    for (const line of found) onLine(line);
    return rest.length <= LINE_BYTES_MAX;
  };
}
