/** Looks everywhere for drift; every minute, and for places that an event named. */
import * as z from 'zod';
import { reconcile } from '../src/app/reconcile.ts';
import { EnvironmentName, ServiceName } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

/** A schedule's event says nothing more: then all places are looked at. */
export const Event = z.object({ places: z.array(z.strictObject({ service: ServiceName, environment: EnvironmentName })).max(1000).optional() }).transform(({ places }) => ({ places: places ?? ('all' as const) }));
export const handler = useCaseHandler(Event, reconcile);
