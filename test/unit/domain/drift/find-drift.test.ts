import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Drift } from '../../../../src/domain/drift/drift.ts';
import { findDrift } from '../../../../src/domain/drift/find-drift.ts';
import { sameWeights } from '../../../../src/domain/route.ts';
import type { Desired, Observed, ObservedInstance } from '../../../../src/domain/state.ts';
import { desired, instance, LEFTOVER, spec, STABLE } from '../planner/builders.ts';

const observed = (instances: ObservedInstance[], weights: Observed['weights'] = { [STABLE]: 100 }): Observed => ({ service: desired().service, environment: desired().environment, weights, instances, endpoint: null });
const zoned = (count: number, zones: string[], parts: Partial<Desired> = {}): Desired => desired({}, { stable: STABLE, revisions: { [STABLE]: { spec: spec(STABLE, { zones }), count } }, weights: { [STABLE]: 100 }, ...parts });
const one = instance('one');
const two = instance('two');

describe('findDrift', () => {
  it.each<[string, Desired, Observed | undefined, Drift[]]>([
    ['as desired', desired(), observed([one, two]), []],
    ['starting, in its time', desired(), observed([one, instance('two', { health: 'starting', startedAt: 10_000 })]), []],
    ['a draining one beside them', desired(), observed([one, two, instance('old', { health: 'draining' })]), []],
    ['a stopped one beside them is history', desired(), observed([one, two, instance('old', { health: 'stopped' })]), []],
    ['what drains of a revision that is gone', desired(), observed([one, two, instance('old', { revision: LEFTOVER, health: 'draining' })]), []],
    ['a weight of 0 is no weight', desired(), observed([one, two], { [STABLE]: 100, [LEFTOVER]: 0 }), []],
    ['scaled to zero', desired({ [STABLE]: 0 }), observed([], {}), []],
    ['not observed', desired(), undefined, [{ kind: 'not-observed' }]],
    ['one missing', desired(), observed([one]), [{ kind: 'missing-instances', revision: STABLE, want: 2, have: 1 }]],
    ['one that only drains', desired(), observed([one, instance('two', { health: 'draining' })]), [{ kind: 'missing-instances', revision: STABLE, want: 2, have: 1 }]],
    ['one unhealthy', desired(), observed([one, instance('two', { health: 'unhealthy', problem: 'answers 503' })]), [{ kind: 'failed-instance', instance: two.instance, revision: STABLE, problem: 'answers 503' }]],
    ['one stopped', desired(), observed([one, instance('two', { health: 'stopped', problem: 'killed' })]), [{ kind: 'failed-instance', instance: two.instance, revision: STABLE, problem: 'killed' }]],
    ['the latest of two stopped ones', desired(), observed([instance('old', { health: 'stopped', startedAt: 1 }), instance('two', { health: 'stopped', startedAt: 2 }), one]), [{ kind: 'failed-instance', instance: two.instance, revision: STABLE, problem: 'it has stopped' }]],
    ['one that never gets healthy', desired(), observed([one, instance('two', { health: 'starting', startedAt: 0 })]), [{ kind: 'failed-instance', instance: two.instance, revision: STABLE, problem: 'it is not healthy 61 s after its start, and has 60 s' }]],
    ['one too many', desired(), observed([one, two, instance('three')]), [{ kind: 'surplus-instances', revision: STABLE, want: 2, have: 3 }]],
    ['a quarantined one fills its slot', desired(), observed([one, instance('two', { health: 'stopped', quarantined: true, problem: 'exit 1, 5 times' })]), [{ kind: 'quarantined', instance: two.instance, revision: STABLE, problem: 'exit 1, 5 times' }]],
    ['weights by a foreign hand', desired(), observed([one, two], { [STABLE]: 60, [LEFTOVER]: 40 }), [{ kind: 'weights', want: { [STABLE]: 100 }, have: { [STABLE]: 60, [LEFTOVER]: 40 }, ready: true }, { kind: 'unknown-revision', revision: LEFTOVER, weight: 40 }]],
    ['a route that is gone', desired(), observed([one, two], {}), [{ kind: 'weights', want: { [STABLE]: 100 }, have: {}, ready: true }]],
    ['a route that should be gone', desired({ [STABLE]: 0 }), observed([]), [{ kind: 'weights', want: {}, have: { [STABLE]: 100 }, ready: true }]],
    ['a route to where nothing is healthy', desired(), observed([instance('one', { health: 'unhealthy' }), instance('two', { health: 'starting', startedAt: 61_000 })], {}), [{ kind: 'failed-instance', instance: one.instance, revision: STABLE, problem: 'it is unhealthy' }, { kind: 'weights', want: { [STABLE]: 100 }, have: {}, ready: false }]],
    ['a stray one', desired(), observed([one, two, instance('stray', { revision: LEFTOVER })]), [{ kind: 'stray-instance', instance: instance('stray').instance, revision: LEFTOVER, unrecorded: false }, { kind: 'unknown-revision', revision: LEFTOVER, weight: 0 }]],
    ['a process without a record, of a revision that is asked for', desired(), observed([one, two, instance('stray', { stray: true })]), [{ kind: 'stray-instance', instance: instance('stray').instance, revision: instance('stray').revision, unrecorded: true }]],
    ['a process without a record, of no known revision', desired(), observed([one, two, instance('stray', { stray: true, revision: LEFTOVER })]), [{ kind: 'stray-instance', instance: instance('stray').instance, revision: LEFTOVER, unrecorded: true }]],
    ['a lost zone', zoned(3, ['a', 'b'], { zonesLost: ['b'] }), observed([one, instance('two', { zone: 'b' }), instance('three', { zone: 'b', health: 'unhealthy' })]), [{ kind: 'zone', problem: 'lost', revision: STABLE, zone: 'b', instances: [two.instance, instance('three').instance] }]],
    ['uneven zones', zoned(3, ['a', 'b', 'c']), observed([one, two, instance('three', { zone: 'b' })]), [{ kind: 'zone', problem: 'uneven', revision: STABLE, have: { a: 2, b: 1, c: 0 } }]],
    ['zones as even as can be', zoned(3, ['a', 'b']), observed([one, two, instance('three', { zone: 'b' })]), []],
  ])('%s', (_, want, have, expected) => {
    expect(findDrift(want, have, 61_000)).toEqual(expected);
  });

  it('reports also while a deployment is at work, or repair is paused', () => {
    const state = desired({ [STABLE]: 2 }, { deployment: 'catalog-2-production' as NonNullable<Desired['deployment']> });
    expect(findDrift(state, observed([one]), 0)).toHaveLength(1);
  });

  it('agrees with sameWeights about routes', () => {
    const route = fc.dictionary(fc.constantFrom(STABLE, LEFTOVER), fc.integer({ min: 0, max: 3 }));
    fc.assert(fc.property(route, route, (want, have) => {
      const drifts = findDrift(desired({ [STABLE]: 0 }, { weights: want }), observed([], have), 0);
      expect(drifts.some(({ kind }) => kind === 'weights')).toBe(!sameWeights(want, have));
    }));
  });
});
