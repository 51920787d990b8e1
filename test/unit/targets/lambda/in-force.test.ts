import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { RevisionId } from '../../../../src/domain/ids.ts';
import { weightsFor, weightsInForce, type FunctionRoute } from '../../../../src/targets/lambda/in-force.ts';

const [one, two, three] = ['shop-1-p', 'shop-2-p', 'shop-3-p'] as RevisionId[] as [RevisionId, RevisionId, RevisionId];
const route = (shares: Record<string, number>, has: readonly RevisionId[] = [one, two], stopped = false): FunctionRoute => ({ shares, has, stopped });

describe('weights in force', () => {
  it.each([
    ['one function', [route({ [one]: 0.9, [two]: 0.1 })], { [one]: 90, [two]: 10 }],
    ['two that agree', [route({ [one]: 0.93, [two]: 0.07 }), route({ [one]: 0.93, [two]: 0.07 })], { [one]: 93, [two]: 7 }],
    ['two that do not', [route({ [one]: 0.9, [two]: 0.1 }), route({ [one]: 1 })], {}],
    ['no alias yet', [route({})], {}],
    ['one of them without an alias', [route({ [one]: 1 }), route({})], {}],
    ['stopped', [route({ [one]: 1 }), route({ [one]: 1 }, [one, two], true)], {}],
    ['no whole percent', [route({ [one]: 0.875, [two]: 0.125 })], {}],
    ['a function that only the new revision has', [route({ [one]: 0.9, [two]: 0.1 }), route({ [two]: 1 }, [two])], { [one]: 90, [two]: 10 }],
    ['the same before the first traffic of it', [route({ [one]: 1 }), route({}, [two])], { [one]: 100 }],
    ['a function that the serving revision has dropped', [route({ [two]: 1 }), route({ [one]: 1 }, [one])], { [two]: 100 }],
    ['the same when the old revision is gone', [route({ [two]: 1 }, [two]), route({ [one]: 1 }, [])], { [two]: 100 }],
    ['code of somebody else in both', [route({ [one]: 0.7, 'version-9': 0.3 }, [one]), route({ [one]: 0.7, 'version-9': 0.3 }, [one])], {}],
  ])('%s', (_what, functions, weights) => {
    expect(weightsInForce(functions)).toEqual(weights);
  });

  it('are what the aliases were led to, whichever functions the revisions have', () => {
    const subset = fc.subarray([one, two, three], { minLength: 1 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 99 }), fc.array(subset, { maxLength: 5 }), (percent, others) => {
      const weights = { [one]: 100 - percent, [two]: percent };
      // At least one function is common to both, as a plan is refused otherwise.
      const functions = [[one, two], ...others].map((has) => route(Object.fromEntries(Object.entries(weightsFor(has, weights)).map(([revision, weight]) => [revision, weight / 100])), has));
      expect(weightsInForce(functions)).toEqual(weights);
    }));
  });

  it('are none when one alias was led somewhere else', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 100 }), (percent, other) => {
      fc.pre(percent !== other);
      const at = (share: number) => route({ [one]: 1 - share / 100, [two]: share / 100 });
      expect(weightsInForce([at(percent), at(other), at(percent)])).toEqual({});
    }));
  });
});
