/** What a target may fail with, by name. The name is the contract, so that a target in another language fails with the same. */
import * as errors from '../domain/errors.ts';

type ErrorClass = new (message: string, evidence?: Readonly<Record<string, unknown>>) => errors.SlipwayError;
const BY_NAME: Readonly<Record<string, ErrorClass>> = {
  StaleGeneration: errors.StaleGeneration, Conflict: errors.Conflict, NotFound: errors.NotFound, InvalidInput: errors.InvalidInput, Forbidden: errors.Forbidden,
  InstancesUnhealthy: errors.InstancesUnhealthy, ArtifactRefused: errors.ArtifactRefused, ProviderUnavailable: errors.ProviderUnavailable, NotSupported: errors.NotSupported, LimitExceeded: errors.LimitExceeded, StorageFull: errors.StorageFull,
};

/**
 * The failure with this name. One that ended in another way (time, memory, a bug) may answer the next time: every verb is idempotent.
 * @param otherwise what is said then
 */
export function errorNamed(name: string, message: string, evidence: Readonly<Record<string, unknown>>, otherwise: string): errors.SlipwayError {
  const Known = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  return Known === undefined ? new errors.ProviderUnavailable(otherwise, evidence) : new Known(message, evidence);
}
