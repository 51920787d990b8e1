import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { TargetRequest } from '../../../../src/contracts/target.ts';
import { findDrift } from '../../../../src/domain/drift/find-drift.ts';
import { type RepairAction, repairActions } from '../../../../src/domain/drift/repair-actions.ts';
import type { InstanceId } from '../../../../src/domain/ids.ts';
import { type Desired, HEALTH, type Observed, type ObservedInstance } from '../../../../src/domain/state.ts';
import { desired, instance, LEFTOVER, spec, STABLE } from '../planner/builders.ts';

const observed = (instances: ObservedInstance[], weights: Observed['weights'] = { [STABLE]: 100 }): Observed => ({ service: desired().service, environment: desired().environment, weights, instances, endpoint: null });
const short = (action: RepairAction) => {
  switch (action.verb) {
    case 'route': return `route ${JSON.stringify(action.weights)}`;
    case 'relaunch': return `relaunch ${action.instances.join(' ')}`;
    case 'launch': return `launch ${action.spec.revision} ${action.count}`;
    case 'retire': return `retire ${action.revision}`;
    default: throw new Error('a verb that repair never asks for');
  }
};
const repair = (want: Desired, have: Observed | undefined) => repairActions(want, findDrift(want, have, 0)).map(short);
const zoned = (count: number, zones: string[], zonesLost: string[]) => desired({}, { stable: STABLE, revisions: { [STABLE]: { spec: spec(STABLE, { zones }), count } }, weights: { [STABLE]: 100 }, zonesLost });
const one = instance('one');
const sick = (name: string, parts: Partial<ObservedInstance> = {}) => instance(name, { health: 'unhealthy', ...parts });
const ROUTE = `route {"${STABLE}":100}`;

describe('repairActions', () => {
  it.each<[string, Desired, Observed | undefined, string[]]>([
    ['nothing to do', desired(), observed([one, instance('two')]), []],
    ['not observed: nothing blindly', desired(), undefined, []],
    ['missing', desired(), observed([one]), [`launch ${STABLE} 2`]],
    ['failed', desired(), observed([one, sick('two')]), ['relaunch two']],
    ['too many', desired({ [STABLE]: 1 }), observed([one, instance('two')]), [`launch ${STABLE} 1`]],
    ['too many, one of them failed: lost, not replaced', desired({ [STABLE]: 1 }), observed([one, sick('two')]), [`launch ${STABLE} 1`]],
    ['too many, more failed than too many', desired(), observed([one, sick('two'), sick('three')]), ['relaunch three', `launch ${STABLE} 2`]],
    ['quarantined: left for a person', desired(), observed([one, instance('two', { quarantined: true, health: 'stopped' })]), []],
    ['quarantined beside a missing one', desired({ [STABLE]: 3 }), observed([one, instance('two', { quarantined: true, health: 'stopped' })]), [`launch ${STABLE} 3`]],
    ['stray', desired(), observed([one, instance('two'), instance('stray', { revision: LEFTOVER })]), [`retire ${LEFTOVER}`]],
    ['all at once, in the order that never makes it worse', desired({ [STABLE]: 3 }), observed([one, sick('two'), instance('stray', { revision: LEFTOVER })], { [LEFTOVER]: 100 }), [ROUTE, 'relaunch two', `launch ${STABLE} 3`, `retire ${LEFTOVER}`]],
    ['traffic stays where it is served until there is a better place', desired({ [STABLE]: 2 }), observed([sick('one'), instance('stray', { revision: LEFTOVER })], { [LEFTOVER]: 100 }), ['relaunch one', `launch ${STABLE} 2`]],
    ['a lost zone', zoned(2, ['a', 'b'], ['b']), observed([one, instance('two', { zone: 'b' })]), ['relaunch two']],
    ['every zone lost: wait', zoned(3, ['a'], ['a']), observed([one, sick('two')]), []],
    ['uneven zones: no healthy instance is killed for it', zoned(2, ['a', 'b'], []), observed([one, instance('two')]), []],
  ])('%s', (_, want, have, expected) => expect(repair(want, have)).toEqual(expected));

  it.each<[string, Partial<Desired>]>([
    ['a deployment is at work', { deployment: 'catalog-2-production' as NonNullable<Desired['deployment']> }],
    ['repair is paused', { paused: { by: desired().changedBy, why: 'looking', at: 0 } }],
  ])('does nothing while %s', (_, parts) => {
    const want = desired({ [STABLE]: 2 }, parts);
    expect(findDrift(want, observed([]), 0)).not.toEqual([]);
    expect(repair(want, observed([]))).toEqual([]);
  });

  it('splits more instances than one request takes', () => {
    const drifts = Array.from({ length: 10_001 }, (_, index) => ({ kind: 'failed-instance' as const, instance: `i${index}` as InstanceId, revision: STABLE, problem: '' }));
    const sizes = repairActions(desired(), drifts).map((action) => (action.verb === 'relaunch' ? action.instances.length : 0));
    expect(sizes).toEqual([10_000, 1]);
  });
});

/** A target that does at once what it is asked, as far as the model goes. */
function apply(want: Desired, have: Observed, action: RepairAction): Observed {
  const fresh = (revision: ObservedInstance['revision'], name: string): ObservedInstance => instance(name, { revision, zone: want.revisions[revision]!.spec.zones.find((zone) => !want.zonesLost.includes(zone))! });
  switch (action.verb) {
    case 'route': return { ...have, weights: action.weights };
    case 'retire': return { ...have, instances: have.instances.filter(({ revision }) => revision !== action.revision), weights: have.weights };
    case 'relaunch': return { ...have, instances: have.instances.map((old) => (action.instances.includes(old.instance) ? fresh(old.revision, `${old.instance}+`) : old)) };
    case 'launch': {
      const own = have.instances.filter(({ revision, health, quarantined }) => revision === action.spec.revision && health !== 'draining' && (quarantined || health !== 'stopped'));
      const sorted = own.sort((a, b) => Number(b.health === 'healthy') - Number(a.health === 'healthy')).slice(0, action.count);
      const more = Array.from({ length: action.count - sorted.length }, (_, index) => fresh(action.spec.revision, `new${have.instances.length + index}`));
      return { ...have, instances: [...have.instances.filter(({ revision }) => revision !== action.spec.revision), ...sorted, ...more] };
    }
    default: throw new Error('a verb that repair never asks for');
  }
}

describe('repair', () => {
  const anyInstance = fc.record({ revision: fc.constantFrom(STABLE, STABLE, STABLE, LEFTOVER), zone: fc.constantFrom('a', 'b'), health: fc.constantFrom(...HEALTH), quarantined: fc.nat(9).map((n) => n === 0) });
  const anyState = fc.record({ count: fc.integer({ min: 0, max: 6 }), lost: fc.constantFrom<string[]>([], ['b']), instances: fc.array(anyInstance, { maxLength: 10 }), weight: fc.constantFrom(0, 40, 100), routed: fc.boolean() })
    .map(({ count, lost, instances, weight, routed }) => ({
      want: { ...zoned(count, ['a', 'b'], lost), weights: count === 0 ? {} : { [STABLE]: 100 } },
      have: observed(instances.map((parts, index) => instance(`i${index}`, parts)), routed ? Object.fromEntries([[STABLE, weight], [LEFTOVER, 100 - weight]].filter(([, share]) => share !== 0)) as Observed['weights'] : {}),
    }));

  it('comes to rest: after three passes only what is for people is left', () => {
    fc.assert(fc.property(anyState, ({ want, have }) => {
      let state = have;
      for (let pass = 0; pass < 3; pass += 1) for (const action of repairActions(want, findDrift(want, state, 0))) state = apply(want, state, action);
      const rest = findDrift(want, state, 0);
      const onlyQuarantined = want.revisions[STABLE]!.count > 0 && !state.instances.some(({ revision, health }) => revision === STABLE && health === 'healthy');
      expect(rest.filter(({ kind }) => kind !== 'quarantined' && kind !== 'zone' && !(onlyQuarantined && (kind === 'weights' || kind === 'unknown-revision' || kind === 'stray-instance')))).toEqual([]);
      expect(repairActions(want, rest)).toEqual([]);
    }), { numRuns: 1000 });
  });

  it('asks only what the contract of a target takes, in its order', () => {
    const order = ['route', 'relaunch', 'launch', 'retire'];
    fc.assert(fc.property(anyState, ({ want, have }) => {
      const drifts = findDrift(want, have, 0);
      const actions = repairActions(want, drifts);
      for (const action of actions) expect(TargetRequest.parse(action)).toMatchObject(action);
      const growing = actions.filter((action) => !(action.verb === 'launch' && drifts.some((drift) => drift.kind === 'surplus-instances' && drift.revision === action.spec.revision)));
      const places = growing.map(({ verb }) => order.indexOf(verb));
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }), { numRuns: 500 });
  });
});
