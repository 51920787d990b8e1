/** What the pass of every minute and the sweep read, and what that costs: real use cases on a store of so many services, with units counted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../../src/adapters/local/sqlite-store.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { randomIds } from '../../../src/adapters/local/random-ids.ts';
import { reconcileDirty } from '../../../src/app/dirty.ts';
import { sweepOutbox } from '../../../src/app/sweep-outbox.ts';
import { sweep } from '../../../src/app/sweep.ts';
import { creating } from '../../../src/app/state/documents.ts';
import { desiredKey, observedKey } from '../../../src/app/state/keys.ts';
import { InstanceId, ServiceName } from '../../../src/domain/ids.ts';
import type { Observed } from '../../../src/domain/state.ts';
import type { ReconcileNeeds } from '../../../src/app/reconcile.ts';
import type { Write } from '../../../src/ports/item-store.ts';
import { desired, STABLE } from '../../unit/domain/planner/builders.ts';
import { type Bench, type Row, short } from '../figures.ts';
import { meteredStore, noUnits, type Units } from './metered-store.ts';
import { ASSUMED, FUNCTION_GB, MINUTES_A_MONTH, PRICES, SWEEP_SHAPE } from './prices.ts';
import { noTraces } from '../../fakes/traces.ts';

const SWEEP_MINUTES = 15;
const MINUTE_PASS_DOLLARS_MAX = 1;
const PROVIDER_CALLS_A_SECOND_MAX = 15;
/** Calls that one look at a service makes at its provider: the function, its aliases, versions, provisioned concurrency, event sources. */
const PROVIDER_CALLS_A_SERVICE = 5;
const SIZES = [1_000, 10_000, 100_000] as const;
const WRITES_AT_ONCE = 100;

/** An installation in which nothing has drifted, and a target that answers at once. Counts executions that are started. */
async function installation(count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-passes-'));
  const opened = openSqliteStore({ path: join(folder, 'state.db'), clock: systemClock });
  let units = noUnits();
  let started = 0;
  const places = Array.from({ length: count }, (_, index) => desired(undefined, { service: ServiceName.parse(`service-${index}`), target: 'lambda' }));
  const observed = new Map(places.map(({ service, environment, weights }): [string, Observed] => [service, {
    service, environment, weights, endpoint: 'https://service.example.com',
    instances: ['a', 'b'].map((zone) => ({ instance: InstanceId.parse(`${service}-${zone}`), revision: STABLE, zone, health: 'healthy' as const, startedAt: 0, relaunches: 0, address: null, problem: null, quarantined: false })),
  }]));
  const writes: Write[] = places.flatMap((place) => [creating(desiredKey(place.service, place.environment), place), creating(observedKey(place.service, place.environment), observed.get(place.service))]);
  for (let from = 0; from < writes.length; from += WRITES_AT_ONCE) await opened.transact(writes.slice(from, from + WRITES_AT_ONCE));
  const needs: ReconcileNeeds = {
    store: meteredStore(opened, () => units), clock: systemClock, ids: randomIds, traces: noTraces,
    orchestrator: { start: async () => void (started += 1), describe: async () => undefined, definition: async () => undefined, history: async () => [], stop: async () => undefined, succeedTask: async () => undefined, failTask: async () => undefined },
    builder: { cancel: async () => false }, commands: { cancel: async () => 0 }, notifier: { send: async () => undefined },
    settings: { repairLeaseSeconds: 900 } as ReconcileNeeds['settings'],
    targets: { observe: async (_target, refs) => refs.flatMap(({ service }) => observed.get(service) ?? []), describe: () => Promise.reject(new Error('not asked')), compare: async () => ({}) as never, names: () => [] },
  };
  return {
    needs, started: () => started,
    counted: async (work: () => Promise<unknown>): Promise<Units & { seconds: number }> => {
      units = noUnits();
      const began = performance.now();
      await work();
      return { ...units, seconds: (performance.now() - began) / 1000 };
    },
    close: async () => {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of one function that is called by a schedule: units, its time, the schedule and the request. */
const dollarsOf = ({ readUnits, writeUnits, calls, seconds }: Units & { seconds: number }): number =>
  readUnits * PRICES.readUnit + writeUnits * PRICES.writeUnit + PRICES.schedule + PRICES.functionRequest
  + (seconds + calls * ASSUMED.storeCallSeconds) * FUNCTION_GB * PRICES.functionGbSecond;

async function measured(count: number): Promise<Row[]> {
  const at = await installation(count);
  try {
    const name = `${count.toLocaleString('en')} services`;
    const pass = await at.counted(() => reconcileDirty(at.needs)());
    const outbox = await at.counted(() => sweepOutbox(at.needs)());
    const turns: (Units & { seconds: number })[] = [];
    for (let minute = 0; minute < SWEEP_MINUTES; minute += 1) turns.push(await at.counted(() => sweep(at.needs)({ at: minute * 60_000, minutes: SWEEP_MINUTES })));
    const whole = turns.reduce((sum, turn) => ({ readUnits: sum.readUnits + turn.readUnits, writeUnits: sum.writeUnits + turn.writeUnits, calls: sum.calls + turn.calls, seconds: sum.seconds + turn.seconds }), { ...noUnits(), seconds: 0 });
    const minutePass = (dollarsOf(pass) + dollarsOf(outbox)) * MINUTES_A_MONTH;
    const providerCalls = count * PROVIDER_CALLS_A_SERVICE;
    const waiting = (providerCalls * ASSUMED.providerCallSeconds * SWEEP_SHAPE.functionsWaiting) / SWEEP_SHAPE.servicesAtOnce;
    const sweepDollars = (turns.reduce((sum, turn) => sum + dollarsOf(turn), 0) + waiting * FUNCTION_GB * PRICES.functionGbSecond) * (MINUTES_A_MONTH / SWEEP_MINUTES);
    const rate = providerCalls / (SWEEP_MINUTES * 60);
    return [
      { what: `minute pass and outbox, ${name}, a month`, ours: `$${minutePass.toFixed(2)} (${pass.readUnits} + ${outbox.readUnits} read units a minute)`, peer: '', figure: minutePass, goal: count === SIZES[0] ? { kind: 'at most', value: MINUTE_PASS_DOLLARS_MAX, unit: ' $' } : null, runs: '' },
      { what: `sweep of ${name} within ${SWEEP_MINUTES} minutes, a month`, ours: `$${sweepDollars.toFixed(2)} (${whole.readUnits} read, ${whole.writeUnits} write units, ${short(whole.seconds * 1000)} ms here a sweep)`, peer: '', figure: sweepDollars, goal: null, runs: '' },
      { what: `sweep of ${name}: calls a second at one provider`, ours: `${short(rate)} on average`, peer: '', figure: rate, goal: count === SIZES[0] ? { kind: 'at most', value: PROVIDER_CALLS_A_SECOND_MAX, unit: ' /s' } : null, runs: '' },
      { what: `executions started by a pass and a sweep of ${name} without drift`, ours: String(at.started()), peer: '', figure: at.started(), goal: { kind: 'at most', value: 0, unit: '' }, runs: '' },
    ];
  } finally {
    await at.close();
  }
}

export const passesBench: Bench = async ({ quick, say }) => {
  const rows: Row[] = [];
  for (const count of quick ? SIZES.slice(0, 1) : SIZES) {
    say(`passes over ${count} services`);
    rows.push(...await measured(count));
  }
  return {
    rows, remarks: [
      `Prices of ${PRICES.asOf}, ${PRICES.region}, without free tiers. Function time: what this machine took, and ${ASSUMED.storeCallSeconds * 1000} ms for each request to the table and ${ASSUMED.providerCallSeconds * 1000} ms for each call at a provider, which are assumed; the formula is in docs/cost.md.`,
      `A provider is one kind of target in one account and region. ${PROVIDER_CALLS_A_SERVICE} calls for a look at a service are those of the lambda target; ecs and ec2 ask for several services at once.`,
    ],
  };
};
