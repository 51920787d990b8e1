/** One repair at a time for a service in an environment; a repair that died is taken over after its time. */
import * as z from 'zod';
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { commit, type CommitNeeds } from './state/commit.ts';
import { expecting, read } from './state/documents.ts';
import { repairLeaseKey } from './state/keys.ts';

const RepairLease = z.strictObject({ holder: z.string(), until: z.number() });

export interface PlaceRef {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
}

/** Takes the lease and starts the repair, in one write. Answers false when another repair is at work. */
export async function startRepair(needs: CommitNeeds & Pick<Ports, 'settings'>, place: PlaceRef): Promise<boolean> {
  const key = repairLeaseKey(place.service, place.environment);
  const held = await read(needs.store, RepairLease, key);
  const now = needs.clock.now();
  if (held !== undefined && held.value.until > now) return false;
  const holder = needs.ids.next().slice(0, 12);
  try {
    await commit(needs, [{ kind: 'put', key, value: { holder, until: now + needs.settings.repairLeaseSeconds * 1000 }, condition: expecting(held) }],
      [{ kind: 'start', machine: 'repair', name: `${place.service}-${place.environment}-repair-${holder}`, input: { service: place.service, environment: place.environment, lease: holder } }]);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'Conflict') return false;
    throw error;
  }
}

export async function holdsRepairLease(needs: Pick<Ports, 'store' | 'clock'>, place: PlaceRef, holder: string): Promise<boolean> {
  const held = await read(needs.store, RepairLease, repairLeaseKey(place.service, place.environment));
  return held !== undefined && held.value.holder === holder && held.value.until > needs.clock.now();
}

/** Ends the lease of this holder; one that was taken over is the other's. The item stays, so that its generation only rises. */
export async function endRepairLease(needs: Pick<Ports, 'store'>, place: PlaceRef, holder: string): Promise<void> {
  const held = await read(needs.store, RepairLease, repairLeaseKey(place.service, place.environment));
  if (held === undefined || held.value.holder !== holder) return;
  try {
    await needs.store.transact([{ kind: 'put', key: held.key, value: { holder, until: 0 }, condition: { generation: held.generation } }]);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'Conflict')) throw error;
  }
}
