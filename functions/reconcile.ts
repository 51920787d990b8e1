/** Looks for drift: where events have left a mark (every minute), at the places named, or everywhere. */
import * as z from 'zod';
import { reconcileDirty } from '../src/app/dirty.ts';
import { reconcile, type ReconcileNeeds } from '../src/app/reconcile.ts';
import { EnvironmentName, ServiceName } from '../src/domain/ids.ts';
import { useCaseHandler } from '../src/main/handler.ts';

/** Nothing said: everywhere. */
export const Event = z.object({ places: z.union([z.literal('marked'), z.array(z.strictObject({ service: ServiceName, environment: EnvironmentName })).max(1000)]).optional() }).transform(({ places }) => ({ places: places ?? ('all' as const) }));
const reconcileWhere = (needs: ReconcileNeeds) => (input: z.infer<typeof Event>) => (input.places === 'marked' ? reconcileDirty(needs)() : reconcile(needs)({ places: input.places }));
export const handler = useCaseHandler(Event, reconcileWhere);
