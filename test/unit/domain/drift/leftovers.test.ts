/** What a retired revision has left is an unknown revision without an instance: its retirement is said again. */
import { describe, expect, it } from '@jest/globals';
import { findDrift } from '../../../../src/domain/drift/find-drift.ts';
import { repairActions } from '../../../../src/domain/drift/repair-actions.ts';
import type { Observed } from '../../../../src/domain/state.ts';
import { desired, instance, LEFTOVER, STABLE } from '../planner/builders.ts';

const observed = (leftovers: NonNullable<Observed['leftovers']>): Observed => ({ service: desired().service, environment: desired().environment, weights: { [STABLE]: 100 }, instances: [instance('one'), instance('two')], endpoint: null, leftovers });

describe('leftovers', () => {
  it('of a revision that nobody asks for are drift, and retired', () => {
    const drifts = findDrift(desired(), observed([LEFTOVER]), 0);
    expect(drifts).toEqual([{ kind: 'unknown-revision', revision: LEFTOVER, weight: 0 }]);
    expect(repairActions(desired(), drifts)).toEqual([expect.objectContaining({ verb: 'retire', revision: LEFTOVER })]);
  });

  it('of a revision that is asked for are none: it is being launched, or scaled to zero', () => {
    expect(findDrift(desired(), observed([STABLE]), 0)).toEqual([]);
  });
});
