/** Carries out again what a write promised; every minute. */
import * as z from 'zod';
import { builder } from '#parts/builder';
import { commands } from '#parts/commands';
import { sweepOutbox } from '../src/app/sweep-outbox.ts';
import { useCaseHandler } from '../src/main/handler.ts';

/** Nothing of a schedule's event is used. */
export const Event = z.object({}).transform(() => ({}));
export const handler = useCaseHandler(Event, sweepOutbox, { builder, commands });
