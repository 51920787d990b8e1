/** One turn of a repair. */
import * as z from 'zod';
import { diagnose } from '../src/app/diagnose.ts';
import { EnvironmentName, ServiceName } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ service: ServiceName, environment: EnvironmentName, lease: z.string(), turn: z.int().min(0) });
export const handler = useCaseHandler(Event, diagnose);
