import type { ProcessSettings } from '../../../../src/targets/process/index.ts';
import { type TargetHarness, targetContract } from '../../../contract/target.ts';
import { startSpawner } from './spawner-process.ts';
import { processRig, specOf } from './rig.ts';

targetContract('process', () => subject({}, async () => undefined));

targetContract('process, started by a spawner', async () => {
  const spawner = await startSpawner();
  return subject({ spawnerSocket: spawner.socket }, spawner.close);
});

async function subject(settings: Partial<ProcessSettings>, closed: () => Promise<void>): Promise<TargetHarness> {
  const rig = await processRig(settings);
  return {
    target: rig.target,
    kill: async (instance) => void process.kill(-(await rig.pidOf(instance)), 'SIGKILL'),
    spec: (overrides) => specOf(overrides),
    setGeneration: rig.setGeneration,
    patienceMs: 15_000,
    close: async () => {
      await rig.close();
      await closed();
    },
  };
}
