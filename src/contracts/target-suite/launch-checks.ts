import { strict as assert } from 'node:assert';
import type { Check } from './check.ts';
import { idsOf, isHealthy, of, type Driver } from './driver.ts';

const zonesOf = (instances: readonly { readonly zone: string }[]): string[] => instances.map(({ zone }) => zone).sort();

export const LAUNCH_CHECKS: readonly Check[] = [
  {
    group: 'launch', name: 'brings a revision up with no traffic', requires: [],
    run: async (on, spec) => {
      const count = on.many(4);
      const { started, stopping } = await on.launch(spec, count);
      assert.equal(started.length, count, 'started names each instance that was started');
      assert.deepEqual(stopping, []);
      const seen = await on.healthy(spec, count);
      assert.deepEqual(idsOf(seen.instances), [...started].sort());
      assert.equal(seen.weights[spec.revision] ?? 0, 0);
    },
  },
  {
    group: 'launch', name: 'spreads instances evenly over the zones', requires: ['zones', 'several'],
    run: async (on, spec) => {
      await on.launch(spec, 4);
      assert.deepEqual(zonesOf((await on.healthy(spec, 4)).instances), ['a', 'a', 'b', 'b']);
    },
  },
  {
    group: 'launch', name: 'changes nothing when it is said again, at any time', requires: [],
    run: async (on, spec) => {
      const count = on.many(2);
      const first = await on.launch(spec, count);
      const again = await on.launch(spec, count);
      assert.deepEqual([again.started, again.stopping], [[], []]);
      const seen = await on.healthy(spec, count);
      const later = await on.launch(spec, count);
      assert.deepEqual([later.started, later.stopping], [[], []]);
      assert.deepEqual(idsOf((await on.observe(spec)).instances), [...first.started].sort());
      assert.deepEqual(idsOf(seen.instances), [...first.started].sort());
    },
  },
  {
    group: 'launch', name: 'does not start twice what is asked for twice at once', requires: [],
    run: async (on, spec) => {
      const count = on.many(2);
      const both = await Promise.all([on.launch(spec, count), on.launch(spec, count)]);
      // A target whose platform knows the second call by its token may name the same instances in both answers.
      assert.equal(new Set(both.flatMap(({ started }) => started)).size, count);
      await on.healthy(spec, count);
    },
  },
  { group: 'launch', name: 'goes up, down and to zero, keeping what may stay', requires: ['several'], run: upDownZero },
  {
    group: 'launch', name: 'goes to zero and comes back', requires: [],
    run: async (on, spec) => {
      await on.launch(spec, 1);
      await on.healthy(spec, 1);
      await on.launch(spec, 0);
      await on.gone(spec);
      await on.launch(spec, 1);
      await on.healthy(spec, 1);
    },
  },
  {
    group: 'launch', name: 'leaves other revisions alone', requires: [],
    run: async (on, spec) => {
      const other = on.harness.spec({ revision: 'second' });
      await on.launch(spec, 1);
      await on.healthy(spec, 1);
      await on.launch(other, on.many(2));
      const seen = await on.healthy(other, on.many(2));
      assert.equal(of(seen, spec).filter(isHealthy).length, 1);
    },
  },
  {
    group: 'launch', name: 'keeps out of a lost zone', requires: ['zones', 'several'],
    run: async (on, spec) => {
      await on.launch(spec, 2, { zonesLost: ['a'] });
      assert.deepEqual(zonesOf((await on.healthy(spec, 2)).instances), ['b', 'b']);
    },
  },
  {
    group: 'launch', name: 'moves what is in a zone that has been lost since', requires: ['zones', 'several'],
    run: async (on, spec) => {
      await on.launch(spec, 2);
      await on.healthy(spec, 2);
      await on.launch(spec, 2, { zonesLost: ['b'] });
      await on.until('two instances in zone a and no others', spec, (seen) => seen.instances.length === 2 && seen.instances.every(({ zone, health }) => zone === 'a' && health === 'healthy'));
    },
  },
];

async function upDownZero(on: Driver, spec: Parameters<Check['run']>[1]): Promise<void> {
  const { started } = await on.launch(spec, 2);
  await on.healthy(spec, 2);
  await on.launch(spec, 4);
  const four = await on.healthy(spec, 4);
  assert.ok(started.every((id) => idsOf(four.instances).includes(id)), 'an instance that could stay was replaced');
  const down = await on.launch(spec, 2);
  assert.equal(down.stopping.length, 2);
  const two = await on.healthy(spec, 2);
  assert.ok(idsOf(two.instances).every((id) => idsOf(four.instances).includes(id)), 'an instance that could stay was replaced');
  if (on.traits.zones) assert.deepEqual(zonesOf(two.instances), ['a', 'b']);
  await on.launch(spec, 0);
  await on.gone(spec);
}
