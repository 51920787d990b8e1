/** Services in the few figures that a list shows, from what is stored: nobody is asked for it. */
import type { OverviewPlace, OverviewRow } from '../contracts/api/services.ts';
import { findDrift } from '../domain/drift/find-drift.ts';
import { PipelineId } from '../domain/ids.ts';
import type { Service } from '../domain/service.ts';
import type { Desired, DesiredRevision, Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { statuses, type ServiceStatus } from './look.ts';

/** In the order of the services given. */
export const overview = (needs: Pick<Ports, 'store' | 'environments' | 'clock'>) => async (services: readonly Service[]): Promise<OverviewRow[]> => {
  const now = needs.clock.now();
  return (await statuses(needs)(services)).map((status) => rowOf(status, now));
};

const rowOf = ({ service, places, running, waiting }: ServiceStatus, now: number): OverviewRow => ({
  service: service.name, team: service.team,
  places: places.flatMap(({ desired, observed }) => (desired === null ? [] : [placeOf(desired, observed, now)])),
  running: running.map(({ id, version, stage, cause, startedAt }) => ({ pipeline: id, version, stage, cause, startedAt })),
  waiting: waiting.map(({ id, subject, requestedAt, expiresAt }) => ({
    approval: id, pipeline: PipelineId.parse(subject.deployment.slice(0, -subject.environment.length - 1)), environment: subject.environment, version: subject.version, question: subject.question, requestedAt, expiresAt,
  })),
});

/** While a deployment is at work, differences are its own doing, and no drift. */
function placeOf(desired: Desired, observed: Observed | null, now: number): OverviewPlace {
  const brief = ({ spec: { revision, version, release } }: DesiredRevision) => ({ revision, version, release, weight: desired.weights[revision] ?? 0 });
  const revisions = Object.values(desired.revisions);
  const own = observed?.instances.filter(({ revision, stray }) => stray !== true && desired.revisions[revision] !== undefined) ?? [];
  const drifts = desired.deployment === null ? findDrift(desired, observed ?? undefined, now) : [];
  const stable = desired.stable === null ? undefined : desired.revisions[desired.stable];
  return {
    environment: desired.environment, generation: desired.generation, stable: stable === undefined ? null : brief(stable), others: revisions.filter((revision) => revision !== stable).map(brief),
    wanted: revisions.reduce((sum, { count }) => sum + count, 0), healthy: own.filter(({ health }) => health === 'healthy').length, instances: own.length,
    drift: [...new Set(drifts.map(({ kind }) => kind))], deployment: desired.deployment, paused: desired.paused !== null, endpoint: observed?.endpoint ?? null, changedAt: desired.changedAt,
  };
}
