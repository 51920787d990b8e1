/**
 * What an exit event asks for: the failed instances again, at once. A repair looks at everything first and keeps a record of each of its
 * steps; somebody who waits for the service waits for all of that. The passes see to what this leaves.
 */
import type { Drift } from '../domain/drift/drift.ts';
import { repairActions } from '../domain/drift/repair-actions.ts';
import type { InstanceId, RevisionId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import type { PlaceRef } from './repair-lease.ts';
import { findDesired } from './state/documents.ts';
import { repairCall, type TargetCall } from './target-calls.ts';

export interface FailedInstance {
  readonly instance: InstanceId;
  readonly revision: RevisionId;
  readonly problem: string;
}

/**
 * Nothing during a deployment or a pause, and nothing for a revision that nobody asked for. The call is fenced by its generation, and a
 * relaunch of what was replaced already changes nothing, so it needs no lease beside a repair that is at work.
 */
export const replaceFailed = (needs: Pick<Ports, 'store'>) => async (input: PlaceRef & { instances: readonly FailedInstance[] }): Promise<readonly TargetCall[]> => {
  const desired = (await findDesired(needs.store, input.service, input.environment))?.value;
  if (desired === undefined) return [];
  const drifts = input.instances.map((failed): Drift => ({ kind: 'failed-instance', ...failed }));
  return repairActions(desired, drifts).map((action) => repairCall(desired, action));
};
