import { describe, expect, it } from '@jest/globals';
import { refuseImpossible } from '../../../src/app/plan.ts';
import { compilePlan } from '../../../src/domain/planner/compile-plan.ts';
import { planInput } from '../domain/planner/builders.ts';

const ask = (manifest: Record<string, unknown>, mirrors?: boolean) =>
  refuseImpossible({ targets: { describe: async () => ({ verb: 'describe', kind: 'process', weights: true, zones: true, scaleToZero: true, limits: {}, problems: [], mirrors }), observe: async () => [], names: () => ['process'] } }, compilePlan(planInput({ manifest })));

describe('a target that cannot mirror', () => {
  it('is refused a plan with a parallel run, and told of the other way', async () => {
    await expect(ask({ parallelRun: {} })).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('"compare: true"') });
    await expect(ask({ parallelRun: {} }, false)).rejects.toMatchObject({ name: 'NotSupported' });
    await expect(ask({ parallelRun: {} }, true)).resolves.toBeUndefined();
    await expect(ask({})).resolves.toBeUndefined();
  });
});
