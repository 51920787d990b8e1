/** The contract of every target, on ECS. */
import { targetContract } from '../../contract/target.ts';
import { ecsRig } from './ecs-rig.ts';
import { namedBySight } from './named.ts';

const PATIENCE_MS = 40_000;

targetContract('ecs', async () => {
  const rig = await ecsRig();
  return { target: namedBySight(rig.target, PATIENCE_MS), kill: rig.kill, spec: (overrides) => rig.spec(overrides), setGeneration: rig.setGeneration, patienceMs: PATIENCE_MS, close: rig.close };
});
