/** Observes every place at its provider, a part of them each minute. */
import * as z from 'zod';
import { sweep } from '../src/app/sweep.ts';
import { useCaseHandler } from '../src/main/handler.ts';

/** `at`: the time that the schedule meant, as EventBridge Scheduler writes it. */
export const Event = z.strictObject({ at: z.iso.datetime().transform((at) => Date.parse(at)), minutes: z.int().min(1).max(1440) });
export const handler = useCaseHandler(Event, sweep);
