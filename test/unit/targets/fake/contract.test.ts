import { Generation } from '../../../../src/domain/ids.ts';
import { targetContract } from '../../../contract/target.ts';
import { FakeTarget } from '../../../fakes/target.ts';
import { specOf } from '../process/rig.ts';

targetContract('in memory', async () => {
  let current = 1;
  const target = new FakeTarget({ fence: { current: async () => Generation.parse(current) } });
  return {
    target,
    kill: async (instance) => target.kill(instance),
    spec: (overrides) => specOf(overrides),
    setGeneration: (generation) => void (current = generation),
    patienceMs: 1000,
    close: async () => undefined,
  };
});
