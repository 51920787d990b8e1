/** Looks at what really runs and keeps it as observed state, which only this writes, and only when it changed. */
import { canonicalJson } from '../domain/canonical.ts';
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { expecting, findObserved } from './state/documents.ts';
import { observedKey } from './state/keys.ts';

export interface PlaceOnTarget {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly target: string;
}

/** @throws ProviderUnavailable when the target does not answer */
export async function observe(needs: Pick<Ports, 'store' | 'targets'>, place: PlaceOnTarget): Promise<Observed> {
  const [observed] = await needs.targets.observe(place.target, [{ service: place.service, environment: place.environment }]);
  if (observed === undefined) throw new TypeError(`the target ${place.target} did not answer for ${place.service} in ${place.environment}`);
  await keepObserved(needs, observed);
  return observed;
}

/** A lost race is no harm: the other writer has observed as well, and the next pass looks again. */
export async function keepObserved(needs: Pick<Ports, 'store'>, observed: Observed): Promise<void> {
  const before = await findObserved(needs.store, observed.service, observed.environment);
  if (before !== undefined && canonicalJson(before.value) === canonicalJson(observed)) return;
  try {
    await needs.store.transact([{ kind: 'put', key: observedKey(observed.service, observed.environment), value: observed, condition: expecting(before) }]);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'Conflict')) throw error;
  }
}
