import type { ServiceRef } from '../../../../src/contracts/target.ts';
import { Generation, InstanceId } from '../../../../src/domain/ids.ts';
import type { Weights } from '../../../../src/domain/route.ts';
import type { ObservedInstance } from '../../../../src/domain/state.ts';
import { createTemplateTarget } from '../../../../src/targets/_template/index.ts';
import type { Platform } from '../../../../src/targets/_template/platform.ts';
import { targetContract } from '../../../contract/target.ts';
import { specOf } from '../process/rig.ts';

/** A platform in memory. */
function memoryPlatform(): Platform & { kill(instance: InstanceId): void } {
  let instances: (ObservedInstance & ServiceRef)[] = [];
  const routes = new Map<string, Weights>();
  const key = ({ service, environment }: ServiceRef) => `${service}/${environment}`;
  const byToken = new Map<string, InstanceId>();
  let count = 0;
  return {
    limits: {},
    instances: async (ref) => instances.filter((instance) => key(instance) === key(ref)).map(({ service: _service, environment: _environment, ...instance }) => instance),
    start: async ({ service, environment, revision }, zone, token) => {
      const known = byToken.get(`${revision} ${token}`);
      if (instances.some(({ instance }) => instance === known) && known !== undefined) return known;
      count += 1;
      const instance = InstanceId.parse(`${revision}.${count}`);
      byToken.set(`${revision} ${token}`, instance);
      instances.push({ service, environment, instance, revision, zone, health: 'healthy', startedAt: 0, relaunches: 0, address: null, problem: null, quarantined: false });
      return instance;
    },
    stop: async (id) => void (instances = instances.filter(({ instance }) => instance !== id)),
    weights: async (ref) => ({ weights: routes.get(key(ref)) ?? {}, endpoint: routes.has(key(ref)) ? 'http://127.0.0.1:20000' : null }),
    setWeights: async (ref, weights) => void routes.set(key(ref), weights),
    kill: (id) => void (instances = instances.map((instance) => (instance.instance === id ? { ...instance, health: 'stopped' as const, problem: 'It was killed.' } : instance))),
  };
}

targetContract('the template', async () => {
  const platform = memoryPlatform();
  let current = 1;
  return {
    target: createTemplateTarget({ platform, fence: { current: async () => Generation.parse(current) } }),
    kill: async (instance) => platform.kill(instance),
    spec: (overrides) => specOf(overrides),
    setGeneration: (generation) => void (current = generation),
    patienceMs: 1000,
    close: async () => undefined,
  };
});
