/** The door that every changing verb goes through. */
import type { ServiceRef } from '../../contracts/target.ts';
import { StaleGeneration } from '../../domain/errors.ts';
import type { Generation } from '../../domain/ids.ts';
import type { Fence } from '../../ports/target.ts';

/**
 * Called after what is there was read and right before each call that changes something: whoever wrote after the read has changed
 * Lambda's own condition, and whoever wrote before it has a newer generation.
 * @throws StaleGeneration when a newer desired state exists
 */
export async function checkGeneration(fence: Fence, { service, environment, generation }: ServiceRef & { readonly generation: Generation }): Promise<void> {
  const current = await fence.current(service, environment);
  if (generation < current) throw new StaleGeneration(`Generation ${generation} of ${service} in ${environment} has been overtaken by ${current}. Leave it to the newer one.`, { generation, current });
}
