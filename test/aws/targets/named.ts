/**
 * ECS and Auto Scaling start and choose instances after they have answered, so their targets cannot name them in the answer. The
 * contract asks for names: this looks, as soon as the platform has acted, which ones it were.
 */
import type { LaunchRequest, LaunchResult } from '../../../src/contracts/target.ts';
import type { ObservedInstance } from '../../../src/domain/state.ts';
import type { Target } from '../../../src/ports/target.ts';

const present = ({ health }: ObservedInstance): boolean => health !== 'stopped' && health !== 'draining';

export function namedBySight(target: Target, patienceMs: number): Target {
  const seen = async ({ service, environment, access, settings, spec }: LaunchRequest): Promise<ObservedInstance[]> => {
    const [observed] = (await target.observe({ verb: 'observe', refs: [{ service, environment, access, settings }] })).services;
    return (observed?.instances ?? []).filter((instance) => instance.revision === spec.revision && present(instance));
  };
  return {
    ...target,
    launch: async (request): Promise<LaunchResult> => {
      const before = (await seen(request)).map(({ instance }) => instance);
      const answer = await target.launch(request);
      const deadline = performance.now() + patienceMs;
      for (;;) {
        const after = (await seen(request)).map(({ instance }) => instance);
        if (after.length === request.count) return { ...answer, started: after.filter((instance) => !before.includes(instance)), stopping: before.filter((instance) => !after.includes(instance)) };
        if (performance.now() > deadline) throw new Error(`the platform has ${after.length} instances of ${request.spec.revision} and not ${request.count}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
