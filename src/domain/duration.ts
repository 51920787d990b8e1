/** Durations, sizes and counts as people write them, parsed to one unit each. */
import * as z from 'zod';

const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** A Step Functions execution lives at most a year, so nothing in it can wait longer. */
const YEAR_SECONDS = 365 * 86_400;

const A_DURATION = 'a duration such as 500ms, 30s, 10m, 24h or 7d, or a number of seconds';

/** `500ms`, `30s`, `10m`, `24h`, `7d`, or a bare number of seconds; at most a year. Parsed to seconds, to the millisecond. */
export const Duration = z
  .union([z.number().min(0), z.string().regex(/^\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h|d)$/, A_DURATION)], { error: A_DURATION })
  .transform((value): number => (typeof value === 'number' ? value : seconds(value)))
  .refine((value) => value <= YEAR_SECONDS, 'at most 365d');

/** Between two looks: not so short that looking is all that is done. */
export const Interval = Duration.refine((value) => value >= 0.05, 'at least 50ms');
/** How long something may take: it needs some time at all. */
export const Timeout = Duration.refine((value) => value > 0, 'more than 0');
/** How long an instance may take to end. */
export const Grace = Duration.refine((value) => value <= 3600, 'at most 1h');

function seconds(text: string): number {
  const unit = text.replace(/^[\d.]+/, '') as keyof typeof UNIT_SECONDS;
  return Math.round(Number.parseFloat(text) * UNIT_SECONDS[unit] * 1000) / 1000;
}

const UNIT_BYTES = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 } as const;

const A_SIZE = 'a size such as 64Mi or 2Gi, or a whole number of bytes';

/** `64Mi`, `2Gi`, or a bare number of bytes: an amount of memory or disk, at most 64 TiB. Parsed to bytes. */
export const Bytes = z
  .union([z.int().min(1), z.string().regex(/^[1-9]\d{0,8}(?:Ki|Mi|Gi)$/, A_SIZE)], { error: A_SIZE })
  .transform((value): number => (typeof value === 'number' ? value : Number.parseInt(value, 10) * UNIT_BYTES[value.slice(-2) as keyof typeof UNIT_BYTES]))
  .refine((value) => value <= 2 ** 46, 'at most 65536Gi');

const A_COUNT = 'a whole number of instances such as 2, or a percentage such as 10%';

const Percentage = z.string().regex(/^(?:[1-4]\d\d|500|[1-9]?\d)%$/, A_COUNT).transform((value) => ({ percent: Number.parseInt(value, 10) }));

/** `10%` (parsed to `{ percent: 10 }`, which is accepted too: it is what the store holds) or a whole number of instances. */
export const Count = z.union([z.int().min(0).max(10_000), Percentage, z.strictObject({ percent: z.int().min(0).max(500) })], { error: A_COUNT });
export type Count = z.infer<typeof Count>;

/** How many instances a count means of `whole`: percentages round up, so that more than 0 % is never none. */
export function instancesOf(count: Count, whole: number): number {
  return typeof count === 'number' ? count : Math.ceil((count.percent * whole) / 100);
}
