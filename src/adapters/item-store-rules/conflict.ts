/** The one shape of a lost conditional write. */
import { Conflict } from '../../domain/errors.ts';
import type { Condition, ItemKey } from '../../ports/item-store.ts';

/** A condition that did not hold. `found` is the stored generation, null for an absent item. */
export interface FailedCondition {
  readonly key: ItemKey;
  readonly condition: Condition;
  readonly found: number | null;
}

export function conflict(failed: readonly FailedCondition[]): Conflict {
  const [first] = failed;
  const wanted = first === undefined ? '' : 'absent' in first.condition ? 'absent' : `at generation ${first.condition.generation}`;
  const found = first?.found === null ? 'absent' : `at generation ${first?.found}`;
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
  return new Conflict(`Nothing was written: ${first?.key.partition} ${first?.key.sort} was to be ${wanted} but is ${found}${more}. Another writer was faster: read again and decide anew.`, { failed });
}
