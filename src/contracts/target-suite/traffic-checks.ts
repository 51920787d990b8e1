import { strict as assert } from 'node:assert';
import { RevisionId } from '../../domain/ids.ts';
import type { Check } from './check.ts';
import { all, idsOf, isHealthy, refuses } from './driver.ts';

export const TRAFFIC_CHECKS: readonly Check[] = [
  {
    group: 'route', name: 'moves traffic and says what is in force, and where', requires: [],
    run: async (on, spec) => {
      const candidate = on.harness.spec({ revision: 'second' });
      await Promise.all([on.launch(spec, 1), on.launch(candidate, 1)]);
      await Promise.all([on.healthy(spec, 1), on.healthy(candidate, 1)]);
      const first = await on.route(spec, all(spec));
      assert.equal(first.inForce[spec.revision], 100);
      assert.match(first.endpoint, /^https?:\/\//);
      const split = { [spec.revision]: 90, [candidate.revision]: 10 };
      assert.deepEqual((await on.route(spec, split)).inForce, split);
      const seen = await on.observe(spec);
      assert.deepEqual([seen.weights, seen.endpoint], [split, first.endpoint]);
      assert.deepEqual((await on.route(spec, split)).inForce, split);
    },
  },
  {
    group: 'route', name: 'refuses a weight on a revision that is not there, and changes nothing', requires: [],
    run: async (on, spec) => {
      await on.launch(spec, 1);
      await on.healthy(spec, 1);
      await on.route(spec, all(spec));
      const absent = RevisionId.parse(`${spec.service}-9-${spec.environment}`);
      await refuses('InvalidInput', on.route(spec, { [spec.revision]: 50, [absent]: 50 }));
      assert.equal((await on.observe(spec)).weights[spec.revision], 100);
    },
  },
  {
    group: 'route', name: 'takes the traffic from everything, so that all of it can go', requires: [],
    run: async (on, spec) => {
      await on.launch(spec, 1);
      await on.healthy(spec, 1);
      await on.route(spec, all(spec));
      assert.deepEqual((await on.route(spec, {})).inForce, {});
      assert.deepEqual((await on.observe(spec)).weights, {});
      await on.retire(spec);
      await on.gone(spec);
    },
  },
  {
    group: 'observe', name: 'sees a service that was never launched as nothing, rather than an error', requires: [],
    run: async (on, spec) => {
      assert.deepEqual(await on.observe(spec), { service: spec.service, environment: spec.environment, weights: {}, instances: [], endpoint: null });
    },
  },
  {
    group: 'observe', name: 'answers for all services asked for, in their order', requires: [],
    run: async (on, spec) => {
      const other = on.harness.spec({ service: 'second' });
      await Promise.all([on.launch(spec, 1), on.launch(other, on.many(2))]);
      await Promise.all([on.healthy(spec, 1), on.healthy(other, on.many(2))]);
      const services = await on.observeAll([other, spec]);
      assert.deepEqual(services.map(({ service, instances }) => [service, instances.length]), [[other.service, on.many(2)], [spec.service, 1]]);
    },
  },
  {
    group: 'observe', name: 'sees what a foreign hand has ended', requires: ['kill'],
    run: async (on, spec) => {
      const count = on.many(2);
      const { started } = await on.launch(spec, count);
      await on.healthy(spec, count);
      const [victim] = started;
      assert.ok(victim !== undefined);
      await on.kill(victim);
      const seen = await on.until(`${count - 1} healthy instances`, spec, ({ instances }) => instances.filter(isHealthy).length === count - 1);
      const ended = seen.instances.find(({ instance }) => instance === victim);
      assert.ok(ended === undefined || ended.problem !== null, 'an instance that does not serve says why');
    },
  },
  {
    group: 'retire', name: 'removes a revision, and says nothing is left when it is said again', requires: [],
    run: async (on, spec) => {
      const { started } = await on.launch(spec, on.many(2));
      await on.healthy(spec, on.many(2));
      assert.deepEqual([...(await on.retire(spec)).stopping].sort(), [...started].sort());
      await on.gone(spec);
      assert.deepEqual((await on.retire(spec)).stopping, []);
    },
  },
  {
    group: 'retire', name: 'refuses while traffic goes there', requires: [],
    run: async (on, spec) => {
      const { started } = await on.launch(spec, 1);
      await on.healthy(spec, 1);
      await on.route(spec, all(spec));
      await refuses('InvalidInput', on.retire(spec));
      const seen = await on.healthy(spec, 1);
      assert.deepEqual([seen.weights[spec.revision], idsOf(seen.instances)], [100, [...started]]);
    },
  },
];
