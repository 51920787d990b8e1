/** A process that holds the target, launches, says what runs, and stays until it is killed. Arguments: directory, service folder, count. */
import { randomIds } from '../../../../src/adapters/local/random-ids.ts';
import { systemClock } from '../../../../src/adapters/local/system-clock.ts';
import { Generation } from '../../../../src/domain/ids.ts';
import { createProcessTarget } from '../../../../src/targets/process/index.ts';
import { FakeTraffic } from '../../../fakes/traffic.ts';
import { eventually, specOf } from './rig.ts';
import { folderArtifacts } from './service.ts';

const [directory = '', folder = '', count = '2'] = process.argv.slice(2);
const spec = specOf();
const target = await createProcessTarget({
  directory,
  artifacts: folderArtifacts(folder),
  traffic: new FakeTraffic(),
  clock: systemClock,
  ids: randomIds,
  secrets: { resolve: () => Promise.reject(new Error('not used here')) },
  fence: { current: () => Promise.resolve(Generation.parse(1)) },
  onChange: () => undefined,
});
await target.launch({ verb: 'launch', service: spec.service, environment: spec.environment, access: null, settings: {}, generation: Generation.parse(1), spec, count: Number(count), zonesLost: [] });
await eventually('all are healthy', async () => {
  const [seen] = (await target.observe({ verb: 'observe', refs: [{ service: spec.service, environment: spec.environment, access: null, settings: {} }] })).services;
  return seen?.instances.length === Number(count) && seen.instances.every(({ health }) => health === 'healthy');
});
process.stdout.write('ready\n');
setInterval(() => undefined, 1000);
