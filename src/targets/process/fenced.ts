/** The door that every changing verb goes through: one at a time per service, and never for a generation that has passed. */
import type { ServiceRef } from '../../contracts/target.ts';
import { ProviderUnavailable, StaleGeneration } from '../../domain/errors.ts';
import type { Generation } from '../../domain/ids.ts';
import { keyOf } from './fleet.ts';
import type { Runtime } from './runtime.ts';

export interface FencedRequest extends ServiceRef {
  readonly verb: string;
  readonly generation: Generation;
}

/**
 * Reads the generation right before `act` runs, with no other changing verb of the service in between.
 * @throws StaleGeneration when a newer desired state exists; nothing was changed then
 */
export function fenced<R>(rt: Runtime, { service, environment, generation, verb }: FencedRequest, act: () => Promise<R>): Promise<R> {
  return rt.verbs.run(keyOf({ service, environment }), async () => {
    if (rt.refusing.aborted) throw new ProviderUnavailable(`The process target is closing, so it did not ${verb} ${service} in ${environment}. Try again when it is back.`);
    const current = await rt.needs.fence.current(service, environment);
    if (generation < current) {
      throw new StaleGeneration(`The target did not ${verb} ${service} in ${environment}: generation ${generation} has been overtaken by ${current}. Leave it to the newer one.`, { generation, current });
    }
    return await act();
  });
}
