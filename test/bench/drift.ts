/**
 * How long it takes to decide drift and repair for 10,000 services: the median of 51 rounds, after 10 to warm up.
 * Three populations: all as desired, 1 in 100 drifted, all drifted. Run: node --conditions=slipway-local test/bench/drift.ts
 */
import { findDrift } from '../../src/domain/drift/find-drift.ts';
import { repairActions } from '../../src/domain/drift/repair-actions.ts';
import { InstanceId, RevisionId, ServiceName } from '../../src/domain/ids.ts';
import type { Desired, Observed } from '../../src/domain/state.ts';
import { desired, instance, spec } from '../unit/domain/planner/builders.ts';

const SERVICES = 10_000;
const INSTANCES = 4;
const TARGET_MS = 50;

function pair(index: number, drifted: boolean): { want: Desired; have: Observed } {
  const service = ServiceName.parse(`service-${index}`);
  const revision = RevisionId.parse(`service-${index}-1-production`);
  const want: Desired = { ...desired({}), service, stable: revision, revisions: { [revision]: { spec: spec(revision, { service, zones: ['a', 'b'] }), count: INSTANCES } }, weights: { [revision]: 100 } };
  const instances = Array.from({ length: INSTANCES }, (_, slot) => instance(InstanceId.parse(`${service}-${slot}`), { revision, zone: slot % 2 === 0 ? 'a' : 'b' }));
  if (!drifted) return { want, have: { service, environment: want.environment, weights: { [revision]: 100 }, instances, endpoint: null } };
  // One failed, one missing, and the route is gone.
  return { want, have: { service, environment: want.environment, weights: {}, instances: [{ ...instances[0]!, health: 'unhealthy' }, ...instances.slice(2)], endpoint: null } };
}

function rounds(pairs: readonly ReturnType<typeof pair>[]): { median: number; worst: number; actions: number } {
  const times: number[] = [];
  let actions = 0;
  for (let round = 0; round < 61; round += 1) {
    actions = 0;
    const start = performance.now();
    for (const { want, have } of pairs) actions += repairActions(want, findDrift(want, have, 60_000)).length;
    if (round >= 10) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[Math.floor(times.length / 2)]!, worst: times.at(-1)!, actions };
}

console.log(`drift decided for ${SERVICES} services of ${INSTANCES} instances, at most ${TARGET_MS} ms:`);
for (const [name, every] of [['all as desired', Infinity], ['1 in 100 drifted', 100], ['all drifted', 1]] as const) {
  const { median, worst, actions } = rounds(Array.from({ length: SERVICES }, (_, index) => pair(index, index % every === every - 1 || every === 1)));
  console.log(`  ${name.padEnd(18)} median ${median.toFixed(2).padStart(6)} ms   worst ${worst.toFixed(2).padStart(6)} ms   ${actions} actions   ${median <= TARGET_MS ? 'reached' : 'MISSED'}`);
}
