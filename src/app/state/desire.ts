/** Every change of desired state goes through here: generation raised, audit item written and named in its day, all with the caller's own writes. */
import { AuditEntry } from '../../contracts/api/places.ts';
import { Generation, type EnvironmentName, type Identity, type ServiceName } from '../../domain/ids.ts';
import type { Desired } from '../../domain/state.ts';
import type { Write } from '../../ports/item-store.ts';
import { creating, expecting, type Stored } from './documents.ts';
import { auditDayKey, auditKey, desiredKey } from './keys.ts';

export { AuditEntry };

export type DesiredChange = Omit<Desired, 'generation' | 'changedAt' | 'changedBy'>;

/** The empty place: what a service's first deployment in an environment begins with. */
export const nothingDesired = (service: ServiceName, environment: EnvironmentName, target: string, stickiness: Desired['stickiness']): DesiredChange => ({
  service, environment, target, stickiness, stable: null, previousRelease: null, revisions: {}, weights: {}, deployment: null, paused: null, zonesLost: [],
});

/**
 * The desired state after `change`, and the writes that make it so. What no verb of a target acts on (a pause) keeps the
 * generation: it must not make a deployment at work lose its place.
 */
export function desire(current: Stored<Desired> | undefined, change: DesiredChange, why: { by: Identity; at: number; reason: string; commit: string | null; fence?: 'keep' }): { desired: Desired; writes: Write[] } {
  const generation = Generation.parse((current?.value.generation ?? 0) + (why.fence === 'keep' ? 0 : 1));
  const desired: Desired = { ...change, generation, changedAt: why.at, changedBy: why.by };
  const entry: AuditEntry = { at: why.at, by: why.by, why: why.reason, generation, commit: why.commit, before: current?.value ?? null, after: desired };
  const write = (current?.generation ?? 0) + 1;
  return {
    desired,
    writes: [
      { kind: 'put', key: desiredKey(change.service, change.environment), value: desired, condition: expecting(current) },
      creating(auditKey(change.service, change.environment, write), entry),
      creating(auditDayKey(why.at, change.service, change.environment, write), { service: change.service, environment: change.environment, write, at: why.at }),
    ],
  };
}
