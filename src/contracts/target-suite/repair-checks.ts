import { strict as assert } from 'node:assert';
import type { InstanceId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import type { Check } from './check.ts';
import { all, idsOf, isHealthy, of, present, refuses, type Driver } from './driver.ts';

export const REPAIR_CHECKS: readonly Check[] = [
  { group: 'relaunch', name: 'replaces what has failed, once, and the number of instances never rises', requires: ['kill'], run: replaces },
  {
    group: 'relaunch', name: 'changes nothing for instances that are well or not known', requires: [],
    run: async (on, spec) => {
      const { started } = await on.launch(spec, on.many(2));
      await on.healthy(spec, on.many(2));
      const { started: again, quarantined, waiting } = await on.relaunch(spec, [...started, 'nobody' as InstanceId]);
      assert.deepEqual([again, quarantined, waiting], [[], [], []]);
      assert.deepEqual(idsOf((await on.observe(spec)).instances), [...started].sort());
    },
  },
  {
    group: 'relaunch', name: 'moves instances out of a lost zone', requires: ['zones', 'several'],
    run: async (on, spec) => {
      await on.launch(spec, 2);
      const before = await on.healthy(spec, 2);
      const lost = before.instances.filter(({ zone }) => zone === 'b').map(({ instance }) => instance);
      await on.relaunch(spec, lost, { zonesLost: ['b'] });
      await on.until('both in zone a', spec, ({ instances }) => {
        assert.ok(instances.some(isHealthy), 'for a moment no instance was healthy');
        return instances.length === 2 && instances.every(({ zone, health }) => zone === 'a' && health === 'healthy');
      });
    },
  },
  { group: 'the generation', name: 'that has passed is refused by every changing verb, which changes nothing', requires: [], run: fences },
];

async function replaces(on: Driver, spec: RevisionSpec): Promise<void> {
  const count = on.many(2);
  const { started } = await on.launch(spec, count);
  await on.healthy(spec, count);
  const [victim, ...others] = started;
  assert.ok(victim !== undefined);
  await on.kill(victim);
  // A platform that replaces by itself may have done so before the first look: only the killed one says that it was seen.
  await on.until('the killed one is seen', spec, ({ instances }) => !instances.some((one) => one.instance === victim && isHealthy(one)));
  const results = [await on.relaunch(spec, [victim]), await on.relaunch(spec, [victim])];
  assert.ok(results.flatMap((result) => result.started).length <= 1, 'one failure was replaced twice');
  const seen = await on.until(`${count} healthy again`, spec, ({ instances }) => {
    assert.ok(instances.filter(present).length <= count, 'there were more instances than were asked for');
    return instances.length === count && instances.every(isHealthy);
  });
  assert.ok(others.every((id) => idsOf(seen.instances).includes(id)), 'an instance that was well was replaced');
}

const NEW = 5;
const OLD = 4;

async function fences(on: Driver, spec: RevisionSpec): Promise<void> {
  const { started } = await on.launch(spec, 1);
  await on.healthy(spec, 1);
  // A target with no store of its own learns of the newer generation by the first call that has it.
  if (on.harness.setGeneration === null) await on.launch(spec, 1, { generation: NEW });
  if (on.harness.kill !== null) for (const instance of started) await on.kill(instance);
  on.harness.setGeneration?.(NEW);
  await refuses('StaleGeneration', on.launch(spec, on.many(3), { generation: OLD }));
  await refuses('StaleGeneration', on.route(spec, all(spec), { generation: OLD }));
  await refuses('StaleGeneration', on.relaunch(spec, started, { generation: OLD }));
  await refuses('StaleGeneration', on.retire(spec, { generation: OLD }));
  const healthy = on.harness.kill === null ? 1 : 0;
  const seen = await on.until(`${healthy} healthy instances`, spec, (observed) => of(observed, spec).filter(isHealthy).length === healthy);
  assert.equal(seen.weights[spec.revision] ?? 0, 0);
  await on.launch(spec, 1, { generation: NEW });
}
