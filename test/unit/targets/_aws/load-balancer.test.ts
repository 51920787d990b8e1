import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { RevisionId } from '../../../../src/domain/ids.ts';
import { Weights } from '../../../../src/domain/route.ts';
import { percentsOf } from '../../../../src/targets/_aws/load-balancer/weights.ts';
import { balancerOf } from '../../../../src/targets/_aws/names.ts';
import { clientToken, mayBelongTo, ownerOf, resourceName, tagsOf, targetGroupName } from '../../../../src/targets/_aws/names.ts';
import { specOf } from '../process/rig.ts';

const revision = (number: number) => RevisionId.parse(`catalog-${number}-production`);
const rule = (...weights: number[]) => ({ arn: 'rule', groups: weights.map((weight, index) => ({ arn: `group-${index}`, weight, revision: revision(index + 1) })) });

describe('weights of a rule as percents', () => {
  it.each([
    [[90, 10], { [revision(1)]: 90, [revision(2)]: 10 }],
    [[3, 1], { [revision(1)]: 75, [revision(2)]: 25 }],
    [[0, 5], { [revision(2)]: 100 }],
    [[0, 0], {}],
    [[999, 1], { [revision(1)]: 99, [revision(2)]: 1 }],
  ])('%j', (weights, percents) => {
    expect(percentsOf(rule(...weights))).toEqual(percents);
  });

  it('are always whole, sum to 100 or are none, and show whatever has traffic', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 5 }), (weights) => {
      const percents = percentsOf(rule(...weights));
      expect(Weights.safeParse(percents).success).toBe(true);
      expect(Object.keys(percents)).toHaveLength(weights.filter((weight) => weight > 0).length);
      expect(Object.values(percents).every((percent) => percent > 0)).toBe(true);
    }));
  });

  it('show a target group of somebody else that takes traffic', () => {
    const percents = percentsOf({ arn: 'rule', groups: [{ arn: 'mine', weight: 50, revision: revision(1) }, { arn: 'theirs', weight: 50, revision: undefined }] });
    expect(Object.entries(percents)).toEqual([[revision(1), 50], [expect.stringMatching(/^foreign-[0-9a-f]{12}$/), 50]]);
  });
});

describe('names', () => {
  const spec = specOf({ service: 'a'.repeat(32), environment: 'b'.repeat(20), revision: `${'a'.repeat(32)}-9999999-${'b'.repeat(20)}` });
  it('fit the limits of AWS, and follow from the revision and its load balancer', () => {
    expect(targetGroupName(spec, 'listener')).toMatch(/^[a-z0-9-]{1,32}$/);
    expect(targetGroupName(spec, 'listener')).toBe(targetGroupName({ ...spec }, 'listener'));
    expect(targetGroupName(spec, 'another')).not.toBe(targetGroupName(spec, 'listener'));
    expect(clientToken(spec, 7 as never)).toMatch(/^[0-9a-f]{32}$/);
    expect(clientToken(spec, 8 as never)).not.toBe(clientToken(spec, 7 as never));
    expect(resourceName(spec.revision).length).toBeLessThanOrEqual(72);
  });

  it('tags say whose a resource is', () => {
    expect(ownerOf(tagsOf(specOf(), 7 as never))).toEqual({ service: 'catalog', environment: 'production', revision: 'catalog-1-production' });
    expect(ownerOf({ 'slipway:service': 'catalog' })).toBeUndefined();
    expect(ownerOf({})).toBeUndefined();
    expect([mayBelongTo('slipway-catalog-1-production', specOf()), mayBelongTo('slipway-catalog-1-staging', specOf()), mayBelongTo('catalog-1-production', specOf())]).toEqual([true, false, false]);
  });

  it('a listener names its load balancer', () => {
    expect(balancerOf('arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/production/50dc6c495c0c9188/f2f7dc8efc522ab2')).toBe('arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/production/50dc6c495c0c9188');
  });
});
