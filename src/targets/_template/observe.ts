import type { ObserveRequest, ObserveResult } from '../../contracts/target.ts';
import type { Platform } from './platform.ts';

/** Answers in the order asked, what the platform says now. Use its batched calls: a sweep asks for up to 1000 services at once. */
export async function observe({ platform }: { platform: Platform }, request: ObserveRequest): Promise<ObserveResult> {
  const services = await Promise.all(
    request.refs.map(async (ref) => {
      const [instances, traffic] = await Promise.all([platform.instances(ref), platform.weights(ref)]);
      return { service: ref.service, environment: ref.environment, ...traffic, instances: [...instances] };
    }),
  );
  return { verb: 'observe', services };
}
