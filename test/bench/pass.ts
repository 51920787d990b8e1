/** A full pass over 1,000 places, in this process: the real use case on the real store, a target in memory that answers as desired. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/adapters/local/sqlite-store.ts';
import { systemClock } from '../../src/adapters/local/system-clock.ts';
import { reconcile, type ReconcileNeeds } from '../../src/app/reconcile.ts';
import { creating } from '../../src/app/state/documents.ts';
import { desiredKey } from '../../src/app/state/keys.ts';
import { EnvironmentName, InstanceId, RevisionId, ServiceName } from '../../src/domain/ids.ts';
import type { Desired, Observed } from '../../src/domain/state.ts';
import { desired, instance, spec } from '../unit/domain/planner/builders.ts';
import { type Bench, median, withSpread } from './figures.ts';

const PLACES = 1000;
const INSTANCES = 4;
const RUNS = 11;

function placeOf(index: number): { want: Desired; have: Observed } {
  const [service, environment] = [ServiceName.parse(`service-${index}`), EnvironmentName.parse('production')];
  const revision = RevisionId.parse(`service-${index}-1-production`);
  const want: Desired = { ...desired({}), service, environment, target: 'memory', stable: revision, deployment: null, revisions: { [revision]: { spec: spec(revision, { service, zones: ['a'] }), count: INSTANCES } }, weights: { [revision]: 100 } };
  const instances = Array.from({ length: INSTANCES }, (_, slot) => instance(InstanceId.parse(`${service}-${slot}`), { revision, zone: 'a' }));
  return { want, have: { service, environment, weights: { [revision]: 100 }, instances, endpoint: null } };
}

export const passBench: Bench = async ({ quick }) => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-pass-'));
  const store = openSqliteStore({ path: join(folder, 'state.db'), clock: systemClock });
  try {
    const places = Array.from({ length: PLACES }, (_, index) => placeOf(index));
    await Promise.all(places.map(({ want }) => store.transact([creating(desiredKey(want.service, want.environment), want)])));
    const observed = new Map(places.map(({ have }) => [`${have.service}/${have.environment}`, have]));
    const refuse = (part: string) => () => Promise.reject(new Error(`a pass in which nothing drifted needs no ${part}`));
    const needs = {
      store, clock: systemClock, ids: { next: () => 'unused' },
      targets: { observe: async (_target: string, refs: readonly { service: string; environment: string }[]) => refs.flatMap((ref) => observed.get(`${ref.service}/${ref.environment}`) ?? []), describe: refuse('description'), names: () => ['memory'] },
      orchestrator: { start: refuse('execution'), describe: refuse('execution') }, notifier: { send: refuse('alert') }, builder: { cancel: refuse('build') }, settings: { repairLeaseSeconds: 60 },
    } as unknown as ReconcileNeeds;
    const times: number[] = [];
    for (let run = 0; run <= (quick ? 2 : RUNS); run += 1) {
      const began = performance.now();
      const { looked, drifted, failed } = await reconcile(needs)({ places: 'all' });
      // The first pass writes what it observed; the others find it unchanged, as a pass at rest does.
      if (run > 0) times.push(performance.now() - began);
      if (looked !== PLACES || drifted.length > 0 || failed.length > 0) throw new Error(`the pass looked at ${looked} places, found ${drifted.length} drifted and ${failed.length} targets failed`);
    }
    return { rows: [{ what: `a full pass over ${PLACES} places, nothing drifted`, ours: withSpread(median(times), times, 'ms'), peer: '', figure: median(times), goal: null, runs: `${times.length} passes` }] };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
};
