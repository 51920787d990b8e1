/** Where a service is, for those who read its counts and its output. */
import type { FindPlaced } from '../../adapters/aws/placed.ts';
import { findDesired } from '../../app/state/documents.ts';
import { placeOf } from '../../app/target-calls.ts';
import type { ItemStore } from '../../ports/item-store.ts';

/** Undefined for a place that has no desired state. */
export const placedIn = (store: ItemStore): FindPlaced => async (service, environment) => {
  const found = await findDesired(store, service, environment);
  if (found === undefined) return undefined;
  return { ...placeOf(found.value), target: found.value.target, specs: Object.values(found.value.revisions).map(({ spec }) => spec) };
};
