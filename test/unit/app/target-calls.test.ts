import { describe, expect, it } from '@jest/globals';
import { placeOf, repairCall, retireCall, routeCall } from '../../../src/app/target-calls.ts';
import { RevisionId } from '../../../src/domain/ids.ts';
import { desired, spec } from '../domain/planner/builders.ts';

const NINE = RevisionId.parse('catalog-9-production');
const TEN = RevisionId.parse('catalog-10-production');
const old = spec(NINE, { settings: { cluster: 'old' } });
const fresh = spec(TEN, { settings: { cluster: 'new' }, access: { account: null, region: 'eu-west-1', role: null, externalId: null } });

describe('where a target finds a service', () => {
  const both = desired({}, { revisions: { [TEN]: { spec: fresh, count: 1 }, [NINE]: { spec: old, count: 2 } }, weights: { [NINE]: 100 } });

  it('is what its newest revision came with, by number and not by spelling', () => {
    expect(placeOf(both)).toEqual({ service: 'catalog', environment: 'production', access: fresh.access, settings: { cluster: 'new' } });
    expect(routeCall(both).request).toMatchObject({ settings: { cluster: 'new' }, weights: { [NINE]: 100 } });
  });

  it('is its own for a revision that goes, though it is no longer desired', () => {
    expect(retireCall(both, NINE, old).request).toMatchObject({ settings: { cluster: 'old' }, access: null });
  });

  it('is still known to a route from which the last revision has gone', () => {
    expect(routeCall(desired({}, { revisions: {}, weights: {}, stable: null }), fresh).request).toMatchObject({ settings: { cluster: 'new' }, weights: {} });
  });

  it('comes with every repair', () => {
    const { service, environment, generation, weights, stickiness } = both;
    expect(repairCall(both, { verb: 'route', service, environment, generation, weights, stickiness }).request).toMatchObject({ settings: { cluster: 'new' } });
  });
});
