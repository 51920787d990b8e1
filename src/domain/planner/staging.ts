/** The batches of the staging stage. Its machine runs the first, then the tests, then the others. */
import type { Batch } from '../plan.ts';
import { batch, launchCandidate } from './batch.ts';
import { retireOthers, type Setting } from './setting.ts';

/** The old revision stays until the tests have passed. Where nothing is to run, one instance runs for the tests. */
export function stagingBatches(setting: Setting): Batch[] {
  const others = retireOthers(setting);
  if (setting.instances === 0) return setting.manifest.tests.length === 0 ? [scaledToZero(setting)] : onlyForTests(setting);
  const weights = { [setting.candidate]: 100 };
  const first = batch({ launch: launchCandidate(setting, setting.instances), weights });
  return others.length === 0 ? [first] : [first, batch({ weights, shrink: others })];
}

/** The candidate is in place with no instances, and nothing serves. */
export function scaledToZero(setting: Setting): Batch {
  return batch({ launch: launchCandidate(setting, 0), weights: {}, shrink: retireOthers(setting) });
}

function onlyForTests(setting: Setting): Batch[] {
  // The route is emptied in a batch of its own: a launch comes before the weights, and no weight may name what has no instances.
  return [
    batch({ launch: launchCandidate(setting, 1), weights: { [setting.candidate]: 100 } }),
    batch({ weights: {} }),
    scaledToZero(setting),
  ];
}
