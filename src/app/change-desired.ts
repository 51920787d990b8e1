/** Changes of desired state that people make outside a deployment. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical.ts';
import { Conflict, InvalidInput, NotFound, NotSupported, PreconditionFailed } from '../domain/errors.ts';
import type { EnvironmentName, Identity, ServiceName } from '../domain/ids.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { tooMany } from './plan.ts';
import type { CommitNeeds } from './state/commit.ts';
import { desire, type DesiredChange } from './state/desire.ts';
import { findDesired, untilWritten } from './state/documents.ts';

interface Place {
  readonly service: ServiceName;
  readonly environment: EnvironmentName;
  readonly by: Identity;
  /** Only if the desired state is one that the caller has seen; absent: whatever it is. */
  readonly ifMatch?: readonly string[] | undefined;
}

/** Names exactly this desired state, for `If-Match`. */
export const desiredTag = (desired: Desired): string => `"${createHash('sha256').update(canonicalJson(desired)).digest('base64url').slice(0, 22)}"`;

/** @throws PreconditionFailed when it is none of those that the caller has seen */
export function refuseUnseen(desired: Desired, ifMatch: readonly string[] | undefined): void {
  const etag = desiredTag(desired);
  if (ifMatch !== undefined && !ifMatch.includes(etag)) throw new PreconditionFailed(`${desired.service} in ${desired.environment} was changed by ${desired.changedBy} meanwhile. Look at it again, then repeat the change with the ETag it has now.`, { etag, changedBy: desired.changedBy, changedAt: desired.changedAt });
}

const change = (needs: CommitNeeds, place: Place, reason: string, to: (desired: Desired) => DesiredChange, fence?: 'keep'): Promise<Desired> => untilWritten(async () => {
  const current = await findDesired(needs.store, place.service, place.environment);
  if (current === undefined) throw new NotFound(`${place.service} was never deployed in ${place.environment}.`);
  refuseUnseen(current.value, place.ifMatch);
  const { desired, writes } = desire(current, to(current.value), { by: place.by, at: needs.clock.now(), reason, commit: null, ...(fence === undefined ? {} : { fence }) });
  await needs.store.transact(writes);
  return desired;
});

/** For the audit: what was done, and what its doer says of it. */
const reasonOf = (what: string, why: string): string => (why === '' ? what : `${what}: ${why}`);

/** Stops repair, so that nobody works against a person at work; a deployment at work goes on. */
export const pause = (needs: CommitNeeds) => (input: Place & { why: string }): Promise<Desired> =>
  change(needs, input, reasonOf('paused', input.why), (desired) => ({ ...desired, paused: { by: input.by, why: input.why, at: needs.clock.now() } }), 'keep');

export const resume = (needs: CommitNeeds) => (input: Place & { why: string }): Promise<Desired> => change(needs, input, reasonOf('resumed', input.why), (desired) => ({ ...desired, paused: null }), 'keep');

/** Until the next release, whose manifest says its own count. Zero keeps the release and stops its instances. */
export const scale = (needs: CommitNeeds & Pick<Ports, 'targets'>) => async (input: Place & { instances: number; why: string }): Promise<Desired> => {
  // Every platform can have one or none: taking a service down never waits for a target's answer.
  const current = input.instances <= 1 ? undefined : await findDesired(needs.store, input.service, input.environment);
  const problems = current === undefined ? [] : tooMany(input.instances, (await needs.targets.describe(current.value.target)).instancesMaximum);
  if (current !== undefined && problems.length > 0) throw new NotSupported(`The target "${current.value.target}" cannot do this: ${problems.join(' ')}`, { target: current.value.target, problems });
  return change(needs, input, reasonOf(`scaled to ${input.instances}`, input.why), (desired) => scaled(desired, input));
};

function scaled(desired: Desired, input: Place & { instances: number }): DesiredChange {
  if (desired.deployment !== null) throw new Conflict(`${desired.deployment} is at work in ${input.environment}. Scale when it is over, or in slipway.yaml.`);
  const stable = desired.stable === null ? undefined : desired.revisions[desired.stable];
  if (desired.stable === null || stable === undefined) throw new InvalidInput(`${input.service} has no stable revision in ${input.environment} to scale.`);
  return { ...desired, revisions: { ...desired.revisions, [desired.stable]: { ...stable, count: input.instances } }, weights: input.instances === 0 ? {} : { [desired.stable]: 100 } };
}

/** Says that a zone is lost, or back: repair moves its instances to the others. */
export const markZone = (needs: CommitNeeds) => (input: Place & { zone: string; lost: boolean; why: string }): Promise<Desired> => change(needs, input, reasonOf(`zone ${input.zone} ${input.lost ? 'lost' : 'back'}`, input.why), (desired) => {
  const zones = new Set(Object.values(desired.revisions).flatMap(({ spec }) => spec.zones));
  if (!zones.has(input.zone)) throw new InvalidInput(`${input.service} has no zone "${input.zone}" in ${input.environment}; it has: ${[...zones].join(', ')}.`, { allowed: [...zones] });
  const rest = desired.zonesLost.filter((zone) => zone !== input.zone);
  return { ...desired, zonesLost: input.lost ? [...rest, input.zone] : rest };
}, 'keep');
