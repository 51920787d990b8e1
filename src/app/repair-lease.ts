/** One repair at a time for a service in an environment; a repair that died is taken over after its time. */
import * as z from 'zod';
import type { Drift } from '../domain/drift/drift.ts';
import { driftNames, RepairSeries, withRepair } from '../domain/drift/repair-series.ts';
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { expecting, read } from './state/documents.ts';
import { repairLeaseKey } from './state/keys.ts';

/** The series ends where a repair has left nothing to do. */
const RepairLease = z.strictObject({ holder: z.string(), until: z.number(), series: RepairSeries.nullable().default(null) });

export interface PlaceRef {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
}

/** Takes the lease and starts the repair, in one write; tells once when those before it were in vain. Answers false when another repair is at work. */
export async function startRepair(needs: CommitNeeds & Pick<Ports, 'settings'>, { service, environment, generation }: Pick<Desired, 'service' | 'environment' | 'generation'>, drifts: readonly Drift[]): Promise<boolean> {
  const key = repairLeaseKey(service, environment);
  const held = await read(needs.store, RepairLease, key);
  const now = needs.clock.now();
  if (held !== undefined && held.value.until > now) return false;
  const holder = needs.ids.next().slice(0, 12);
  const { series, tell } = withRepair(held?.value.series ?? null, generation, drifts, now);
  try {
    await commit(needs, [{ kind: 'put', key, value: { holder, until: now + needs.settings.repairLeaseSeconds * 1000, series }, condition: expecting(held) }], [
      { kind: 'start', machine: 'repair', name: `${service}-${environment}-repair-${holder}`, input: { service, environment, lease: holder } },
      ...(tell ? [alerting('critical', 'drift-remains', { service, environment }, inVain({ service, environment }, series, drifts))] : []),
    ]);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'Conflict') return false;
    throw error;
  }
}

const inVain = ({ service, environment }: PlaceRef, { repairs, since, lastAt }: RepairSeries, drifts: readonly Drift[]): string =>
  `${repairs - 1} repairs of ${service} in ${environment} in ${Math.round((lastAt - since) / 60_000)} min have not removed what differs: ${driftNames(drifts).join(', ')}. Repair goes on trying. Look at what its target says (slipway status ${service}), and for a quota, a right or capacity that it lacks. So that it lets you work there: slipway pause ${service} --environment ${environment} --why "..."`;

export async function holdsRepairLease(needs: Pick<Ports, 'store' | 'clock'>, place: PlaceRef, holder: string): Promise<boolean> {
  const held = await read(needs.store, RepairLease, repairLeaseKey(place.service, place.environment));
  return held !== undefined && held.value.holder === holder && held.value.until > needs.clock.now();
}

/**
 * Ends the lease of this holder; one that was taken over is the other's. The item stays, so that its generation only rises.
 * @param isInVain there was still something to do
 */
export async function endRepairLease(needs: Pick<Ports, 'store'>, place: PlaceRef, holder: string, isInVain: boolean): Promise<void> {
  const held = await read(needs.store, RepairLease, repairLeaseKey(place.service, place.environment));
  if (held === undefined || held.value.holder !== holder) return;
  try {
    await needs.store.transact([{ kind: 'put', key: held.key, value: { holder, until: 0, series: isInVain ? held.value.series : null }, condition: { generation: held.generation } }]);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'Conflict')) throw error;
  }
}
