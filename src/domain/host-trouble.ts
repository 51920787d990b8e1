/** A git host that does not take what it is told, and when it is asked again. */
import * as z from 'zod';

export const HostTrouble = z.strictObject({
  host: z.string(),
  since: z.number(),
  /** Runs in a row in which it took nothing. */
  attempts: z.int().min(1),
  retryAt: z.number(),
  reason: z.string(),
  /** People were told that it goes on for long. */
  isTold: z.boolean(),
});
export type HostTrouble = z.infer<typeof HostTrouble>;

/** Between two attempts: doubled each time. */
export const RETRY_FIRST_MS = 5000;
export const RETRY_LONGEST_MS = 300_000;
/** People are told of an outage that is older than this, once. */
export const TOLD_AFTER_MS = 600_000;
/** What has waited for so long is not told any more: by then nobody looks at that commit. */
export const WAITS_MS = 3 * 86_400_000;
/** Nothing was tried for so long after it was due: what failed then says nothing of now. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** The wait after so many failures in a row, in milliseconds. */
export const retryDelayMs = (attempts: number): number => Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts - 1, 20));

export interface HostFault {
  readonly host: string;
  readonly reason: string;
  readonly retryAfterSeconds: number | null;
}

/** What follows from a run in which it took nothing. A host that says how long knows better. `tell`: people should hear of it now. */
export function afterFault(before: HostTrouble | undefined, { host, reason, retryAfterSeconds }: HostFault, now: number): { readonly trouble: HostTrouble; readonly tell: boolean } {
  const known = before === undefined || now - before.retryAt > FORGOTTEN_AFTER_MS ? undefined : before;
  const [since, attempts] = [known?.since ?? now, (known?.attempts ?? 0) + 1];
  const isTold = known?.isTold ?? false;
  const wait = retryAfterSeconds === null ? retryDelayMs(attempts) : Math.max(RETRY_FIRST_MS, retryAfterSeconds * 1000);
  const tell = !isTold && now - since >= TOLD_AFTER_MS;
  return { tell, trouble: { host, since, attempts, retryAt: now + wait, reason: reason.slice(0, 1000), isTold: isTold || tell } };
}
