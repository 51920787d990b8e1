/** What the template needs of its platform. Replace it with the calls of yours, one function per call. */
import type { ServiceRef } from '../../contracts/target.ts';
import type { InstanceId, RevisionId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import type { Weights } from '../../domain/route.ts';
import type { ObservedInstance } from '../../domain/state.ts';

export interface Platform {
  /** As the platform sees them now; never from a copy. */
  instances(ref: ServiceRef): Promise<readonly ObservedInstance[]>;
  /** Answers the instance that the same token has already started, as long as that is there. */
  start(spec: RevisionSpec, zone: string, token: string): Promise<InstanceId>;
  /** Begins to drain and remove; returns before that is over. */
  stop(instance: InstanceId): Promise<void>;
  /** Empty before the first route. */
  weights(ref: ServiceRef): Promise<{ readonly weights: Weights; readonly endpoint: string | null }>;
  setWeights(ref: ServiceRef, weights: Weights): Promise<void>;
  readonly limits: Readonly<Record<string, string>>;
}

export const holdsPlace = ({ health }: ObservedInstance): boolean => health !== 'draining';
export const isBroken = ({ health }: ObservedInstance): boolean => health === 'unhealthy' || health === 'stopped';
export const ofRevision = (instances: readonly ObservedInstance[], revision: RevisionId): readonly ObservedInstance[] => instances.filter((instance) => instance.revision === revision && holdsPlace(instance));
