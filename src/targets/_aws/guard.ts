/** The door that every changing call of a target on AWS goes through. */
import type { ServiceRef } from '../../contracts/target.ts';
import { StaleGeneration } from '../../domain/errors.ts';
import type { Generation } from '../../domain/ids.ts';
import type { Fence } from '../../ports/target.ts';
import { calling } from './fault.ts';

export type FencedPlace = ServiceRef & { readonly generation: Generation };

/** Runs one call that changes something, right after a consistent read of the generation. `doing` completes "could not ...". */
export type Change = <T>(service: string, doing: string, call: () => Promise<T>) => Promise<T>;

/** @throws StaleGeneration when a newer desired state exists */
export async function checkGeneration(fence: Fence, { service, environment, generation }: FencedPlace): Promise<void> {
  const current = await fence.current(service, environment);
  if (generation < current) throw new StaleGeneration(`Generation ${generation} of ${service} in ${environment} has been overtaken by ${current}. Leave it to the newer one.`, { generation, current });
}

/** Looks at the generation once at the beginning, so that a verb that has nothing to change refuses an old one too. */
export async function guard(fence: Fence, place: FencedPlace): Promise<Change> {
  await checkGeneration(fence, place);
  return async (service, doing, call) => {
    await checkGeneration(fence, place);
    return await calling(service, doing, call);
  };
}
