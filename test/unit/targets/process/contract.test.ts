import { targetContract } from '../../../contract/target.ts';
import { processRig, specOf } from './rig.ts';

targetContract('process', async () => {
  const rig = await processRig();
  return {
    target: rig.target,
    kill: async (instance) => void process.kill(-(await rig.pidOf(instance)), 'SIGKILL'),
    spec: (overrides) => specOf(overrides),
    setGeneration: rig.setGeneration,
    patienceMs: 15_000,
    close: rig.close,
  };
});
