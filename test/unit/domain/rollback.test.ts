import { describe, expect, it } from '@jest/globals';
import { compilePlan } from '../../../src/domain/planner/compile-plan.ts';
import { rollbackSteps } from '../../../src/domain/rollback.ts';
import { CANDIDATE, desired, LEFTOVER, planInput, STABLE } from './planner/builders.ts';

const plan = (manifest: Record<string, unknown> = {}, stable: number | null = 4) => compilePlan(planInput({ manifest: { instances: 4, ...manifest }, desired: stable === null ? null : desired({ [STABLE]: stable }) }));
const now = (counts: Record<string, number>) => desired(counts, { stable: STABLE });

describe('rollbackSteps', () => {
  it.each([
    ['on the canary: nothing new to start', plan(), now({ [STABLE]: 4, [CANDIDATE]: 1 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE]],
    ['before anything was launched', plan(), now({ [STABLE]: 4 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE]],
    ['after the stable one was retired', plan(), now({ [CANDIDATE]: 4 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE]],
    ['halfway through a rolling one', plan({ strategy: 'rolling' }), now({ [STABLE]: 2, [CANDIDATE]: 2 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE]],
    ['of a release that lowers the instances: back to as many as there were', plan({ instances: 2 }), now({ [STABLE]: 4, [CANDIDATE]: 1 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE]],
    ['of a release that raises the instances: no more than there were', plan({ instances: 9 }), now({ [STABLE]: 4, [CANDIDATE]: 1 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE]],
    ['with an older revision still there', plan(), now({ [STABLE]: 4, [CANDIDATE]: 1, [LEFTOVER]: 1 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE, LEFTOVER]],
    ['of a scaling to zero that is not through', plan({ instances: 0 }), now({ [STABLE]: 4, [CANDIDATE]: 0 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE]],
    ['of a first release: to nothing', plan({}, null), desired({ [CANDIDATE]: 2 }, { stable: null }), [], {}, [CANDIDATE]],
    ['of a first release, twice', plan({}, null), desired({}, { stable: null }), [], {}, [CANDIDATE]],
    ['twice', plan(), now({ [STABLE]: 4 }), [{ revision: STABLE, count: 4 }], { [STABLE]: 100 }, [CANDIDATE]],
  ])('%s', (_, of, state, launch, weights, retire) => {
    expect(rollbackSteps(of, state)).toEqual({ launch, weights, retire });
  });

  it('leaves a service asleep that was scaled to zero', () => {
    expect(rollbackSteps(plan({}, 0), now({ [CANDIDATE]: 0 }))).toEqual({ launch: [{ revision: STABLE, count: 0 }], weights: {}, retire: [CANDIDATE] });
  });
});
