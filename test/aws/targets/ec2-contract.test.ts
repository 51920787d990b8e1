/** The contract of every target, on EC2. */
import { targetContract } from '../../contract/target.ts';
import { ec2Rig } from './ec2-rig.ts';
import { namedBySight } from './named.ts';

const PATIENCE_MS = 40_000;

targetContract('ec2', async () => {
  const rig = await ec2Rig();
  return { target: namedBySight(rig.target, PATIENCE_MS), kill: rig.kill, spec: (overrides) => rig.spec(overrides), setGeneration: rig.setGeneration, patienceMs: PATIENCE_MS, close: rig.close };
});
