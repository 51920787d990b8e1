/** Looks at what really runs and keeps it as observed state, which only this writes, and only when it changed. */
import { canonicalJson } from '../domain/canonical.ts';
import type { Desired, Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { expecting, findObserved, type Stored } from './state/documents.ts';
import { observedKey } from './state/keys.ts';
import { placeOf } from './target-calls.ts';

/** Others that look at the same place at the same moment make a look lose; they are few. */
const TRIES_MAXIMUM = 5;

/** @throws ProviderUnavailable when the target does not answer */
export async function observe(needs: Pick<Ports, 'store' | 'targets'>, desired: Desired): Promise<Observed> {
  for (let tries = 1; ; tries += 1) {
    const before = await findObserved(needs.store, desired.service, desired.environment);
    const [observed] = await needs.targets.observe(desired.target, [placeOf(desired)]);
    if (observed === undefined) throw new TypeError(`the target ${desired.target} did not answer for ${desired.service} in ${desired.environment}`);
    if ((await keepObserved(needs, before, observed)) || tries === TRIES_MAXIMUM) return observed;
  }
}

/**
 * Keeps a look, unless another was kept since `before` was read: which of the two is older is not known then, so only a new look is
 * worth keeping. `before` is read before the look, or an old look could replace a newer one.
 * @returns whether what is kept now is this look
 */
export async function keepObserved(needs: Pick<Ports, 'store'>, before: Stored<Observed> | undefined, observed: Observed): Promise<boolean> {
  if (before !== undefined && canonicalJson(before.value) === canonicalJson(observed)) return true;
  try {
    await needs.store.transact([{ kind: 'put', key: observedKey(observed.service, observed.environment), value: observed, condition: expecting(before) }]);
    return true;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'Conflict')) throw error;
    return false;
  }
}
